// A step's account as text, as a page and as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "instrumentation/term_table.h"
#include "training/step_account.h"

namespace elbow::app {

/// The account with what its reader must know beside it.
struct StepView {
  StepAccount account;
  std::string source;  ///< "configs/vae/elbo.toml", "runs/vae-elbo"
  std::string from;    ///< "initial weights", "the checkpoint of step 8580"
  std::string data;    ///< one line about the data set
  std::string family, objective, optimizer;
  std::vector<std::pair<std::string, std::string>> equations;  ///< component, one line of Unicode
  std::vector<std::pair<std::string, std::string>> symbols;    ///< "β", "4"
  std::int64_t batch_size = 0;
  TermTable terms;
  std::optional<std::int64_t> sample = {};
  bool by_parameter = false;  ///< tables per tensor instead of per network
};

/// The rows of a turn's tables: networks, or single tensors, as ranges of its parameters.
struct ParameterGroup {
  std::string name;
  std::size_t begin = 0, end = 0;
};
std::vector<ParameterGroup> groups_of(const TurnAccount& turn, bool by_parameter);

/// Root of the sum of squares over a group.
double norm_over(const std::vector<double>& squared, const ParameterGroup& group);

/// ⟨weight ∇ term, ∇ loss⟩ / ‖∇ loss‖²: the part of the gradient's length that a term makes; over
/// all terms of a turn they sum to 1.
double share_of(const TurnAccount& turn, const TermAccount& term);

/// The symbol that stands for a key; the key itself where it has none.
std::string symbol_of(const StepView& view, const std::string& key);

/// What is shown of a term: its value for the sample, or its mean. A sample has no part of its own
/// of a term that is one number a batch; then its mean, and shown_text says so.
double shown(const StepView& view, const TermAccount& term);
std::string shown_text(const StepView& view, const TermAccount& term);

/// "L = −1 × E_q ln p(x|z) + 1 × KL(q‖p)", the same with numbers, and each product.
struct EquationLines {
  std::string symbols, numbers, products;
};
EquationLines equation_lines(const StepView& view, const TurnAccount& turn);

/// "−542.1 ± 1.9": two digits of the error; six significant digits where there is none.
std::string with_error(double mean, double se);

std::string step_text(const StepView& view);
/// One page that needs nothing else; every text from a config is escaped.
std::string step_html(const StepView& view);
std::string step_json(const StepView& view);

}  // namespace elbow::app
