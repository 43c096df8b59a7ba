// The fixed keys of a run, as data: type, default, range, choices, who uses them.
#include <limits>
#include <span>
#include <utility>

#include "core/config/schema.h"

namespace elbow {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// The largest decay rate: one itself would never forget.
constexpr double kBelowOne = 0.999999;

struct Range {
  double minimum = -kInfinity;
  double maximum = kInfinity;
  bool minimum_excluded = false;
};

constexpr Range at_least(double minimum) { return {minimum, kInfinity, false}; }
constexpr Range above(double minimum) { return {minimum, kInfinity, true}; }
constexpr Range between(double minimum, double maximum) { return {minimum, maximum, false}; }

KeySpec key(std::string section, std::string name, ValueType type, Value otherwise,
            std::string description, Range range = {}) {
  KeySpec spec;
  spec.section = std::move(section);
  spec.parameter.name = std::move(name);
  spec.parameter.type = type;
  spec.parameter.default_value = std::move(otherwise);
  spec.parameter.minimum = range.minimum;
  spec.parameter.maximum = range.maximum;
  spec.parameter.minimum_excluded = range.minimum_excluded;
  spec.parameter.description = std::move(description);
  return spec;
}

KeySpec choice(std::string section, std::string name, std::vector<std::string> choices,
               std::string otherwise, std::string description) {
  KeySpec spec = key(std::move(section), std::move(name), ValueType::text,
                     Value(std::move(otherwise)), std::move(description));
  spec.parameter.choices = std::move(choices);
  return spec;
}

KeySpec schedulable(KeySpec spec) {
  spec.parameter.schedulable = true;
  return spec;
}

KeySpec only(std::string family, KeySpec spec) {
  spec.families = {std::move(family)};
  return spec;
}

KeySpec where(std::vector<Condition> any_of, KeySpec spec) {
  spec.any_of = std::move(any_of);
  return spec;
}

using enum ValueType;

void add_run(std::vector<KeySpec>& keys) {
  keys.push_back(key("run", "name", text, "",
                     "Name of the run and of its directory; empty: <family>-<objective>."));
  keys.push_back(key("run", "seed", integer, 1, "Seed of every random generator.", at_least(0)));
  keys.push_back(key("run", "epochs", integer, 0,
                     "Passes over the training split; give this or steps.", at_least(0)));
  keys.push_back(
      key("run", "steps", integer, 0, "Training steps; give this or epochs.", at_least(0)));
  keys.push_back(key("checkpoint", "every", integer, 500,
                     "Steps between checkpoints; 0: only at the end and when stopped.",
                     at_least(0)));
  keys.push_back(
      key("checkpoint", "keep", integer, 3, "How many checkpoints are kept.", at_least(1)));
}

void add_data(std::vector<KeySpec>& keys) {
  std::vector<std::string> names = {"auto",           "mnist",          "fashion_mnist",
                                    "kmnist",         "qmnist",         "emnist_balanced",
                                    "emnist_byclass", "emnist_bymerge", "emnist_digits",
                                    "emnist_letters", "emnist_mnist",   "glyphs"};
  const std::vector<Condition> images = {{"data.name", names}};
  names.insert(names.end(), {"ring", "grid", "two_gaussians", "swiss_roll"});
  keys.push_back(choice("data", "name", names, "auto",
                        "Data set; auto: MNIST where it is found, else glyphs."));
  keys.push_back(where(
      images, choice("data", "binarize", {"none", "threshold", "static", "dynamic"}, "none",
                     "How grey pixels become 0 or 1; static: once, dynamic: anew per batch.")));
  keys.push_back(only(
      "gan",
      where(images, choice("data", "range", {"unit", "symmetric"}, "unit",
                           "Pixel range: unit is [0, 1], symmetric is [-1, 1] (tanh output)."))));
  keys.push_back(key("data", "validation", integer, 0,
                     "Images taken from the end of the training split for validation.",
                     at_least(0)));
  keys.push_back(key("data", "train_count", integer, 0,
                     "Training samples kept or generated; 0: the data set's own number.",
                     at_least(0)));
  keys.push_back(key("data", "test_count", integer, 0,
                     "Test samples kept or generated; 0: the data set's own number.", at_least(0)));
  keys.push_back(key("data", "seed", integer, 1,
                     "Seed of generated data and of static binarisation.", at_least(0)));
}

void add_model(std::vector<KeySpec>& keys) {
  const std::vector<std::string> kinds = {"linear", "mlp", "conv"};
  const auto any_network = [](std::vector<std::string> values) {
    std::vector<Condition> conditions;
    for (const char* network : {"encoder", "decoder", "generator", "discriminator"}) {
      conditions.push_back({std::string("model.") + network, values});
    }
    return conditions;
  };
  const std::vector<Condition> main_hidden = {{"model.encoder", {"mlp", "conv"}},
                                              {"model.decoder", {"mlp", "conv"}},
                                              {"model.generator", {"mlp", "conv"}}};
  const std::vector<Condition> discriminator_hidden = {{"model.discriminator", {"mlp", "conv"}}};

  keys.push_back(only("vae", choice("model", "encoder", kinds, "mlp", "Network of q(z|x).")));
  keys.push_back(only("vae", choice("model", "decoder", kinds, "mlp", "Network of p(x|z).")));
  keys.push_back(only("gan", choice("model", "generator", kinds, "mlp", "Network of G(z).")));
  keys.push_back(only("gan", choice("model", "discriminator", kinds, "mlp", "Network of D(x).")));
  keys.push_back(key("model", "latent", integer, 20, "Dimensions of z.", between(1, 100000)));
  keys.push_back(where(any_network({"mlp"}),
                       key("model", "hidden", integers, ValueList{400},
                           "Widths of the hidden layers from the image side; mirrored in the "
                           "decoder or generator.",
                           between(1, 1000000))));
  keys.push_back(
      where(any_network({"conv"}),
            key("model", "channels", integers, ValueList{32, 64},
                "Channels of a convolutional network from the image side.", between(1, 100000))));
  keys.push_back(only("gan", where({{"model.discriminator", {"mlp"}}},
                                   key("model", "discriminator_hidden", integers, ValueList{},
                                       "Widths of the discriminator; []: the same as hidden.",
                                       between(1, 1000000)))));
  const std::vector<std::string> activations = {"relu", "leaky_relu", "tanh", "elu", "silu"};
  keys.push_back(where(main_hidden, choice("model", "activation", activations, "relu",
                                           "Activation of hidden layers.")));
  keys.push_back(
      only("gan", where(discriminator_hidden,
                        choice("model", "discriminator_activation", activations, "leaky_relu",
                               "Activation of the discriminator's hidden layers."))));
  keys.push_back(where(main_hidden,
                       choice("model", "normalization", {"none", "batch", "layer"}, "none",
                              "Normalisation of hidden layers; in a GAN of the generator only.")));
  keys.push_back(
      choice("model", "initialization", {"torch", "he", "glorot", "normal02"}, "torch",
             "Initial weights; torch: uniform within 1/sqrt(fan_in), normal02: N(0, 0.02^2)."));
}

void add_components(std::vector<KeySpec>& keys) {
  keys.push_back(only("vae", choice("likelihood", "name", {}, "bernoulli", "Which p(x|z).")));
  keys.push_back(only("vae", choice("prior", "name", {}, "standard_normal", "Which p(z).")));
  keys.push_back(
      key("objective", "name", text, {}, "What is minimised; it decides the family of models."));
  keys.push_back(
      only("gan", key("penalty", "name", text, {}, "A regulariser added to a player's loss.")));
  keys.push_back(only("gan", choice("dynamics", "name", {}, "alternating",
                                    "How the players' updates are combined into a step.")));
}

// The optimiser's numbers, for [optimizer] and for each player's sub-table, where they have no
// default: there a key that is not set is inherited.
void add_rates(std::vector<KeySpec>& keys, const std::string& phase) {
  const std::string section = phase.empty() ? "optimizer" : "optimizer." + phase;
  const auto add = [&](std::vector<std::string> optimizers, KeySpec spec) {
    if (!optimizers.empty()) spec.any_of = {{"optimizer.name", std::move(optimizers)}};
    if (!phase.empty()) {
      spec.families = {"gan"};
      spec.parameter.default_value = {};
    }
    keys.push_back(std::move(spec));
  };
  add({}, schedulable(key(section, "lr", real, 1e-3, "Learning rate.", at_least(0))));
  add({"adam"},
      key(section, "beta1", real, 0.9, "Adam: decay of the first moment.", between(0, kBelowOne)));
  add({"adam"}, key(section, "beta2", real, 0.999, "Adam: decay of the second moment.",
                    between(0, kBelowOne)));
  add({"adam", "rmsprop"},
      key(section, "eps", real, 1e-8, "Added to the root of the second moment.", above(0)));
  add({"sgd", "rmsprop"}, key(section, "momentum", real, 0.0,
                              "Momentum; 0: none (often 0.9 with sgd).", between(0, kBelowOne)));
  add({"rmsprop"}, key(section, "alpha", real, 0.99, "RMSprop: decay of the second moment.",
                       between(0, kBelowOne)));
  add({}, key(section, "weight_decay", real, 0.0, "Decoupled weight decay.", at_least(0)));
  add({}, key(section, "clip", real, 0.0, "Bound on the gradient's norm per phase; 0: none.",
              at_least(0)));
}

void add_optimizer(std::vector<KeySpec>& keys) {
  keys.push_back(choice("optimizer", "name", {"adam", "sgd", "rmsprop"}, "adam", "Update rule."));
  keys.push_back(
      key("optimizer", "batch_size", integer, 128, "Samples in a batch.", between(1, 1000000)));
  for (const char* phase : {"", "discriminator", "generator"}) add_rates(keys, phase);
}

void add_observation(std::vector<KeySpec>& keys) {
  keys.push_back(
      key("ema", "decay", real, 0.0,
          "Moving average of the weights, used for pictures, probes and evaluation: "
          "a ← d a + (1 − d) w after update k of w, d = min(decay, (1 + k)/(10 + k)), so "
          "that it soon forgets the initial weights. Evaluation gives its terms of the "
          "averaged weights, and beside them, as live/..., those of the weights that "
          "train. 0: off.",
          between(0, kBelowOne)));
  keys.push_back(key("evaluation", "every", integer, 1,
                     "Epochs between passes over the validation split; 0: off.", at_least(0)));
  keys.push_back(key("evaluation", "batch_size", integer, 1000, "Samples in an evaluation batch.",
                     between(1, 1000000)));
  keys.push_back(
      key("evaluation", "test", boolean, true, "Whether the test split is measured at the end."));
  keys.push_back(key("early_stopping", "term", text, "",
                     "Term of the validation pass that must keep improving; empty: off."));
  keys.push_back(choice("early_stopping", "mode", {"auto", "max", "min"}, "auto",
                        "Which values are better; auto: smaller of loss and sse, larger of elbo, "
                        "elbo/reconstruction and log_w; any other term must be told."));
  keys.push_back(key("early_stopping", "patience", integer, 5,
                     "Validation passes without improvement before the run ends.", at_least(1)));
  keys.push_back(key("log", "every", integer, 20, "Steps between records.", at_least(1)));
  keys.push_back(
      key("probes", "every", integer, 100, "Steps between probes; 0: off.", at_least(0)));
  keys.push_back(key("probes", "count", integer, 128, "Held-out images that the probes look at.",
                     between(2, 1000000)));
  keys.push_back(key("probes", "epochs", integer, 1,
                     "Epochs between heavier probes: more codes and samples, distances between "
                     "samples and held-out data; 0: off.",
                     at_least(0)));
  keys.push_back(key("probes", "epoch_count", integer, 512,
                     "Held-out images that the heavier probes look at.", between(4, 1000000)));
  keys.push_back(key("probes", "budget", real, 0.03,
                     "Share of the training time that probes every so many steps may take before a "
                     "run says so; without "
                     "keep_budget they keep their steps, so that a config gives the same records.",
                     between(0, 1)));
  keys.push_back(
      key("probes", "keep_budget", boolean, false,
          "Whether probes leave out steps to keep to the budget. Which ones then depends "
          "on the machine: records of one config are no longer the same, its training is."));
  keys.push_back(
      key("pictures", "every", integer, 500, "Steps between pictures; 0: off.", at_least(0)));
  keys.push_back(key("pictures", "count", integer, 64, "Samples in a picture.", between(1, 10000)));
  keys.push_back(key("sinks", "tensorboard", boolean, true,
                     "Whether a TensorBoard event file is written beside metrics.jsonl."));
  keys.push_back(key("report", "every", real, 30.0,
                     "Seconds at least between rewrites of the run's page, report.html; 0: none is "
                     "written.",
                     at_least(0)));
}

}  // namespace

const std::vector<KeySpec>& run_keys() {
  static const std::vector<KeySpec> table = [] {
    std::vector<KeySpec> keys;
    add_run(keys);
    add_data(keys);
    add_model(keys);
    add_components(keys);
    add_optimizer(keys);
    add_observation(keys);
    return keys;
  }();
  return table;
}

Schema make_schema(std::span<const Spec> components) {
  Schema schema;
  schema.keys = run_keys();
  schema.components.assign(components.begin(), components.end());
  for (KeySpec& spec : schema.keys) {
    if (spec.parameter.name != "name") continue;
    for (const Spec& component : components) {
      if (to_string(component.kind) == spec.section) {
        spec.parameter.choices.push_back(component.name);
      }
    }
  }
  return schema;
}

}  // namespace elbow
