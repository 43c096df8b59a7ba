// `elbow train --predict`: guesses of the command line or of the terminal, and what came of them.
#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "instrumentation/term_table.h"
#include "report/predictions.h"

namespace elbow::app {

struct Question {
  std::string term;
  std::string split;                 ///< as in report::Prediction
  std::optional<double> guess = {};  ///< none: still to be asked for
};

/// "elbo=-95", "test:elbo/kl=25", or to be asked for: "elbo/kl"; "" stands for the losses. Throws
/// Error(usage) for a term that the run does not declare, another split, no finite number, or a
/// term given twice.
std::vector<Question> parse_questions(const std::vector<std::string>& texts,
                                      const TermTable& terms);

/// Asks on `out` for each guess that is missing and reads a line of `in`; again after what is no
/// number. An empty line passes: that question is left out. Throws Error(usage) where the input
/// ends.
std::vector<report::Prediction> answered(const std::vector<Question>& questions,
                                         const TermTable& terms, std::istream& in,
                                         std::ostream& out);

/// The guesses of `earlier`, then those of `now` that it lacks: what was guessed before the run
/// began stands. `say` hears of each guess that is dropped because another stands.
std::vector<report::Prediction> merged(std::vector<report::Prediction> earlier,
                                       const std::vector<report::Prediction>& now,
                                       const std::function<void(const std::string&)>& say);

/// "elbo/kl: your guess 20, what happened 25.31 ± 0.06 on test at step 900, 5.31 above".
std::string sentence(const report::Prediction& prediction);

}  // namespace elbow::app
