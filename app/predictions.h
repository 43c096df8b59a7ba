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

/// What a resumed run was guessed to do before it began stands: a question with another number is
/// dropped and `say` hears of it. Throws Error(usage) for a term that was not guessed then: what
/// has trained is not guessed any more.
void require_guessed_before(const std::vector<Question>& questions,
                            const std::vector<report::Prediction>& earlier,
                            const std::function<void(const std::string&)>& say);

/// "elbo/kl: your guess 20, what happened 25.31 ± 0.06 on test at step 900, 5.31 above"; "as
/// guessed" within two standard errors.
std::string sentence(const report::Prediction& prediction);

}  // namespace elbow::app
