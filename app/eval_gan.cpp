// What `elbow eval` measures on a GAN.
#include <ATen/ops/softmax.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "app/directories.h"
#include "app/eval_metrics.h"
#include "core/error.h"
#include "instrumentation/latent_model.h"
#include "instrumentation/sample_evaluation.h"
#include "instrumentation/text.h"
#include "math/torch_compat.h"
#include "training/classifier.h"
#include "training/evaluation.h"

namespace elbow::app {
namespace {

constexpr std::int64_t kSamples = 2000;
constexpr std::int64_t kPiece = 500;

/// As the run saw its pixels; the seed decides static binarisation only.
ClassifierSettings classifier_settings(const Session& session) {
  return {.binarize = session.transform().binarize,
          .seed = session.transform().binarize == Binarize::fixed ? session.transform().seed : 1};
}

std::int64_t sample_count(const Session& session, const EvalOptions& options) {
  return options.images.value_or(std::min(kSamples, session.data().test.count / 2));
}

Points joined(const std::vector<Points>& parts) {
  std::vector<double> values;
  for (const Points& part : parts) {
    const auto all = PointsView(part).all();
    values.insert(values.end(), all.begin(), all.end());
  }
  return {std::move(values), parts.empty() ? 0 : parts.front().dim()};
}

/// `draw(begin, count)` yields images as the run has them, [count, D].
ClassifiedImages classified(const EvalContext& context, const Classifier& classifier,
                            const std::string& what, std::int64_t n,
                            const std::function<Tensor(std::int64_t, std::int64_t)>& draw) {
  const NoGrad no_grad;
  std::vector<Points> features, probabilities;
  for (std::int64_t begin = 0; begin < n; begin += kPiece) {
    context.work.at(what, static_cast<double>(begin) / static_cast<double>(n));
    Tensor x = draw(begin, std::min(kPiece, n - begin));
    if (context.session.transform().symmetric) x = (x + 1.0) * 0.5;
    const Tensor hidden = classifier.network->features(x);
    features.push_back(to_points(hidden));
    // In float64 before the softmax, so that rows sum to 1 as closely as estimators ask.
    probabilities.push_back(
        to_points(at::softmax(classifier.network->logits(hidden).to(at::kDouble), 1)));
  }
  return {joined(features), joined(probabilities)};
}

ClassifiedImages test_images(const EvalContext& context, const Classifier& classifier) {
  const Split& test = context.session.data().test;
  return classified(context, classifier, "classifying the test images", test.count,
                    [&](std::int64_t begin, std::int64_t count) {
                      std::vector<std::int64_t> indices(static_cast<std::size_t>(count));
                      std::iota(indices.begin(), indices.end(), begin);
                      return context.session
                          .examples(test, indices, derive_seed(context.options.seed, "eval/images"),
                                    static_cast<std::uint64_t>(begin))
                          .x;
                    });
}

ClassifiedImages samples(const EvalContext& context, const Classifier& classifier) {
  at::Generator noise = make_generator(derive_seed(context.options.seed, "eval/samples"));
  return classified(context, classifier, "classifying samples",
                    sample_count(context.session, context.options),
                    [&](std::int64_t, std::int64_t count) {
                      return context.session.decode(context.session.prior(count, noise));
                    });
}

Classifier classifier_of(const EvalContext& context) {
  return cached_classifier(
      cache_directory(), context.session.data(), classifier_settings(context.session),
      [&](double done) { context.work.at("training LeNet on the labels", done); });
}

Measurement accuracy_row(const Classifier& classifier) {
  const double p = classifier.accuracy();
  Measurement row{"lenet_accuracy", "mean"};
  row.estimate = {.value = p,
                  .se = std::sqrt(p * (1.0 - p) / static_cast<double>(classifier.tested)),
                  .bias = Bias::none,
                  .note = with_commas(classifier.tested) + " test images, weights sha256 " +
                          classifier.hash + ", in " + cache_directory().string()};
  row.meaning = "of the frozen classifier that the next rows rest on";
  return row;
}

std::string settings_text(const Session& session, const EvalOptions& options) {
  return "samples=" + std::to_string(sample_count(session, options)) +
         " test images=" + std::to_string(session.data().test.count) +
         " seed=" + std::to_string(options.seed) +
         " classifier: " + classifier_key(session.data(), classifier_settings(session));
}

std::vector<Measurement> with_classifier(
    const EvalContext& context,
    const std::function<std::vector<Measurement>(const ClassifiedImages&, const ClassifiedImages&)>&
        measure) {
  const Classifier classifier = classifier_of(context);
  std::vector<Measurement> rows = {accuracy_row(classifier)};
  for (Measurement& row : measure(test_images(context, classifier), samples(context, classifier))) {
    rows.push_back(std::move(row));
  }
  return rows;
}

SampleSettings sample_settings(const EvalContext& context) {
  return {.seed = derive_seed(context.options.seed, "eval/floor")};
}

EvalMetric classes() {
  return {.name = "classes",
          .summary = "classes of the samples, by a small classifier trained for it",
          .settings = settings_text,
          .run =
              [](const EvalContext& c) {
                return with_classifier(c, [&](const auto& reals, const auto& fakes) {
                  return evaluate_classes(reals, fakes, sample_settings(c));
                });
              },
          .needs_labels = true};
}

EvalMetric features() {
  return {.name = "features",
          .summary = "Fréchet and kernel distance, precision, recall, density, coverage",
          .settings = settings_text,
          .run =
              [](const EvalContext& c) {
                return with_classifier(c, [&](const auto& reals, const auto& fakes) {
                  return evaluate_features(reals, fakes, sample_settings(c), c.work);
                });
              },
          .needs_labels = true};
}

/// The first images of a split.
Split beginning(const Split& split, std::int64_t count, std::int64_t dim) {
  Split part;
  part.count = std::min(count, split.count);
  part.stream = split.stream;
  const auto values = static_cast<std::ptrdiff_t>(part.count * dim);
  if (!split.pixels.empty())
    part.pixels.assign(split.pixels.begin(), split.pixels.begin() + values);
  if (!split.points.empty())
    part.points.assign(split.points.begin(), split.points.begin() + values);
  if (!split.labels.empty())
    part.labels.assign(split.labels.begin(), split.labels.begin() + part.count);
  return part;
}

/// What the discriminator says about the distance of data and samples, in the objective's terms.
bool says_distance(const std::string& term) {
  return term.ends_with("/lower") || term == "critic/gap";
}

Measurement distance_row(const std::string& term, const Moments& m, const std::string& images) {
  Measurement row{term, "mean of the objective's term"};
  row.estimate = {.value = m.mean, .bias = Bias::lower};
  if (m.count > 1) row.estimate.se = m.se;
  row.estimate.note = with_commas(m.count) + " " + images + " images, as many fresh samples";
  if (term == "critic/gap") {
    row.estimate.bias = Bias::unknown;
    row.estimate.note += "; bounds W₁ times the critic's Lipschitz constant, which is not known";
    row.meaning = "E_p C − E_q C on images that the critic has not seen";
  } else {
    row.meaning = "bound from a discriminator that has not seen these images";
  }
  return row;
}

std::vector<double> scores(Session& session, const Tensor& x) {
  const Points column = to_points(session.score(x).reshape({-1, 1}));
  const auto all = PointsView(column).all();
  return {all.begin(), all.end()};
}

Measurement auc_row(const EvalContext& context, const Split& split) {
  at::Generator noise = make_generator(derive_seed(context.options.seed, "eval/scores"));
  std::vector<double> reals, fakes;
  for (std::int64_t begin = 0; begin < split.count; begin += kPiece) {
    context.work.at("scores", static_cast<double>(begin) / static_cast<double>(split.count));
    std::vector<std::int64_t> indices(
        static_cast<std::size_t>(std::min(kPiece, split.count - begin)));
    std::iota(indices.begin(), indices.end(), begin);
    const auto count = static_cast<std::int64_t>(indices.size());
    Session& session = context.session;
    const Tensor x = session
                         .examples(split, indices, derive_seed(context.options.seed, "eval/images"),
                                   static_cast<std::uint64_t>(begin))
                         .x;
    for (const double s : scores(session, x)) reals.push_back(s);
    for (const double s : scores(session, session.decode(session.prior(count, noise))))
      fakes.push_back(s);
  }
  return evaluate_scores(reals, fakes);
}

std::vector<Measurement> measure_discriminator(const EvalContext& context) {
  Session& session = context.session;
  const Split& split = held_out(session);
  if (split.count < 2) {
    throw Error("error: the discriminator is measured on held-out data, and this run has none.",
                ExitCode::data);
  }
  const Split seen = beginning(session.data().train, split.count, session.data().dim);
  context.work.at("discriminator on held-out data", 0.0);
  const Values held = evaluate_split(session, split, 0, kPiece);
  context.work.at("discriminator on training data", 0.4);
  const Values trained = evaluate_split(session, seen, 0, kPiece);
  std::vector<Measurement> rows;
  for (const auto& [term, moments] : held.all()) {
    if (!says_distance(term)) continue;
    rows.push_back(distance_row(term, moments, "held-out"));
    Measurement fitted = distance_row(term, trained.at(term), "training");
    fitted.quantity += "/training";
    fitted.estimate.bias = Bias::unknown;
    fitted.meaning = "the same on images it was trained with; the excess is memory";
    rows.push_back(fitted);
  }
  rows.push_back(auc_row(context, split));
  return rows;
}

EvalMetric discriminator() {
  return {.name = "discriminator",
          .summary = "the discriminator's bound or gap on held-out data with fresh samples",
          .settings =
              [](const Session& s, const EvalOptions& o) {
                return "held-out images=" + std::to_string(held_out(s).count) +
                       " seed=" + std::to_string(o.seed);
              },
          .run = measure_discriminator};
}

}  // namespace

const std::vector<EvalMetric>& gan_metrics() {
  static const std::vector<EvalMetric> metrics = {discriminator(), duality_metric(), classes(),
                                                  features()};
  return metrics;
}

}  // namespace elbow::app
