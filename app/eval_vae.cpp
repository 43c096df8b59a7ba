// What `elbow eval` measures on a VAE.
#include <algorithm>
#include <memory>
#include <numeric>

#include "app/eval_metrics.h"
#include "app/restored_run.h"
#include "core/error.h"
#include "instrumentation/aggregate_evaluation.h"
#include "instrumentation/annealed_evaluation.h"
#include "instrumentation/gap_evaluation.h"
#include "instrumentation/importance_evaluation.h"

namespace elbow::app {
namespace {

constexpr std::int64_t kImportanceImages = 1000;
constexpr std::int64_t kAnnealedImages = 100;
constexpr std::int64_t kRefinedImages = 100;
constexpr std::int64_t kPiece = 2000;  // training images gathered at a time

const Split& held_out_split(const Session& session) {
  const Dataset& data = session.data();
  if (data.test.count > 0) return data.test;
  return data.valid.count > 0 ? data.valid : data.train;
}

std::string split_name(const Session& session) {
  const Dataset& data = session.data();
  return data.test.count > 0 ? "test" : data.valid.count > 0 ? "validation" : "training";
}

std::int64_t image_count(const Session& session, const EvalOptions& options, std::int64_t usual) {
  return std::min(options.images.value_or(usual), held_out_split(session).count);
}

/// `count` images spread evenly over the held-out split, binarised by the seed of the evaluation.
Tensor held_out_images(const EvalContext& context, std::int64_t usual) {
  const Split& split = held_out_split(context.session);
  const std::int64_t count = image_count(context.session, context.options, usual);
  if (count < 1) throw Error("error: there is no image to evaluate on.", ExitCode::data);
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < count; ++i) indices.push_back(i * split.count / count);
  return context.session.examples(split, indices, derive_seed(context.options.seed, "eval/images"))
      .x;
}

EncodedImages held_out(const EvalContext& context, const LatentModel& model, std::int64_t usual) {
  return encode_images(model, held_out_images(context, usual));
}

/// Posteriors of the whole training split; the images themselves are not kept.
EncodedImages training_posteriors(const EvalContext& context, const LatentModel& model) {
  const Split& split = context.session.data().train;
  EncodedImages all{{}, Points(split.count, model.latent), Points(split.count, model.latent)};
  for (std::int64_t begin = 0; begin < split.count; begin += kPiece) {
    context.work.at("encoding the training images",
                    static_cast<double>(begin) / static_cast<double>(split.count));
    std::vector<std::int64_t> indices(
        static_cast<std::size_t>(std::min(kPiece, split.count - begin)));
    std::iota(indices.begin(), indices.end(), begin);
    const Tensor x =
        context.session
            .examples(split, indices, derive_seed(context.options.seed, "eval/training"),
                      static_cast<std::uint64_t>(begin))
            .x;
    const EncodedImages part = encode_images(model, x);
    std::copy_n(part.mean.row(0), part.size() * model.latent, all.mean.row(begin));
    std::copy_n(part.log_var.row(0), part.size() * model.latent, all.log_var.row(begin));
  }
  return all;
}

AnnealingSettings annealing(const EvalOptions& options, std::string_view use) {
  return {
      .steps = options.ais_steps, .chains = options.chains, .seed = derive_seed(options.seed, use)};
}

std::string images_text(const Session& session, const EvalOptions& options, std::int64_t usual) {
  return split_name(session) + " images=" + std::to_string(image_count(session, options, usual)) +
         " seed=" + std::to_string(options.seed);
}

std::string annealing_text(const EvalOptions& options) {
  return " ais-steps=" + std::to_string(options.ais_steps) +
         " chains=" + std::to_string(options.chains);
}

std::int64_t largest_k(const EvalOptions& options) {
  return *std::max_element(options.k.begin(), options.k.end());
}

EvalMetric active_units() {
  return {
      .name = "active_units",
      .summary = "latents that the encoder uses",
      .settings = [](const Session& s,
                     const EvalOptions& o) { return images_text(s, o, held_out_split(s).count); },
      .run =
          [](const EvalContext& c) {
            const LatentModel model = latent_model(c.session);
            return evaluate_active_units(held_out(c, model, held_out_split(c.session).count));
          }};
}

EvalMetric aggregate() {
  return {.name = "aggregate",
          .summary = "mutual information, total correlation, marginal KL with the training split",
          .settings =
              [](const Session& s, const EvalOptions& o) {
                return "training images=" + std::to_string(s.data().train.count) +
                       " seed=" + std::to_string(o.seed);
              },
          .run =
              [](const EvalContext& c) {
                const LatentModel model = latent_model(c.session);
                return evaluate_aggregate(training_posteriors(c, model),
                                          {.seed = derive_seed(c.options.seed, "eval/aggregate")},
                                          c.work);
              }};
}

EvalMetric importance() {
  return {.name = "importance",
          .summary = "ELBO, IWAE_K, Pareto k-hat and effective sample size",
          .settings =
              [](const Session& s, const EvalOptions& o) {
                std::vector<std::int64_t> ks = o.k;
                std::sort(ks.begin(), ks.end());
                std::string text = images_text(s, o, kImportanceImages) + " k=";
                for (const std::int64_t k : ks) text += std::to_string(k) + ",";
                text.pop_back();
                return text;
              },
          .run =
              [](const EvalContext& c) {
                const LatentModel model = latent_model(c.session);
                return evaluate_importance(model, held_out(c, model, kImportanceImages),
                                           c.options.k,
                                           derive_seed(c.options.seed, "eval/importance"), c.work);
              }};
}

EvalMetric gaps() {
  return {.name = "gaps",
          .summary = "inference gap, split into approximation and amortisation",
          .settings =
              [](const Session& s, const EvalOptions& o) {
                return images_text(s, o, kRefinedImages) + " k=" + std::to_string(largest_k(o));
              },
          .run =
              [](const EvalContext& c) {
                const LatentModel model = latent_model(c.session);
                return evaluate_gaps(model, held_out(c, model, kRefinedImages),
                                     largest_k(c.options),
                                     {.seed = derive_seed(c.options.seed, "eval/gaps")}, c.work);
              }};
}

EvalMetric ais() {
  return {.name = "ais",
          .summary = "annealed importance sampling with HMC",
          .settings =
              [](const Session& s, const EvalOptions& o) {
                return images_text(s, o, kAnnealedImages) + annealing_text(o);
              },
          .run =
              [](const EvalContext& c) {
                const LatentModel model = latent_model(c.session);
                return evaluate_annealing(model, held_out(c, model, kAnnealedImages),
                                          annealing(c.options, "eval/ais"), c.work);
              }};
}

EvalMetric bdmc() {
  return {.name = "bdmc",
          .summary = "bounds of ln p from both sides on simulated images",
          .settings =
              [](const Session&, const EvalOptions& o) {
                return "simulated images=" + std::to_string(o.images.value_or(kAnnealedImages)) +
                       " seed=" + std::to_string(o.seed) + annealing_text(o);
              },
          .run =
              [](const EvalContext& c) {
                const LatentModel model = latent_model(c.session);
                return evaluate_bidirectional(model, c.options.images.value_or(kAnnealedImages),
                                              annealing(c.options, "eval/bdmc"), c.work);
              }};
}

}  // namespace

const std::vector<EvalMetric>& vae_metrics() {
  static const std::vector<EvalMetric> metrics = {active_units(), aggregate(), importance(),
                                                  gaps(),         ais(),       bdmc()};
  return metrics;
}

}  // namespace elbow::app
