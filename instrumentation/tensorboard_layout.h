// What TensorBoard is told about a run as a whole: charts, hyperparameters, descriptions.
#pragma once

#include <string>
#include <vector>

#include "core/record.h"
#include "instrumentation/event_file.h"
#include "instrumentation/tensorboard_sink.h"
#include "instrumentation/term_table.h"

namespace elbow {

/// A loss and what it is made of.
struct LossTerms {
  std::string loss;                       ///< "loss", "loss/discriminator"
  std::string whole;                      ///< "elbo" for "elbo/kl"; "" where there is none
  std::vector<std::string> terms;         ///< with a weight, in the order of the equation
  std::vector<std::string> keys() const;  ///< all of them
};
std::vector<LossTerms> loss_terms(const Values& values);

/// "" for "train", "valid/" and "test/" otherwise: what tags of a split begin with.
std::string tag_prefix(const std::string& split);

/// The message Layout of the custom-scalars plugin: for each loss a chart of it over its terms and
/// one of the bands, and a chart per key with all splits.
std::string scalar_layout(const std::vector<LossTerms>& losses,
                          const std::vector<std::string>& splits);

/// The messages HParamsPluginData of the hparams plugin.
std::string hparams_experiment(const RunInfo& info, const std::vector<HyperParameter>& parameters,
                               const std::vector<LossTerms>& losses,
                               const std::vector<std::string>& splits, double now);
std::string hparams_session_start(const RunInfo& info,
                                  const std::vector<HyperParameter>& parameters, double now);
std::string hparams_session_end(Outcome outcome, double now);

/// What a term's spec says, in Markdown: symbol, unit, sign, range, meaning, how it is estimated,
/// equation.
std::string term_markdown(const TermEntry& entry);

/// The equations of a run's components, in Markdown.
std::string equations_text(const RunInfo& info);

}  // namespace elbow
