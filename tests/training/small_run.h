// Small runs that take a fraction of a second.
#pragma once

#include <string>
#include <vector>

#include "core/config/config.h"
#include "core/record.h"
#include "data/dataset.h"
#include "objectives/registry.h"
#include "training/run_directory.h"
#include "training/session.h"
#include "training/trainer.h"

namespace elbow::testing {

inline constexpr const char* kVae = R"(
[run]
steps = 30
[data]
name = "glyphs"
binarize = "dynamic"
train_count = 300
test_count = 50
validation = 60
[model]
hidden = [24]
latent = 4
[likelihood]
name = "bernoulli"
[prior]
name = "standard_normal"
[objective]
name = "elbo"
[optimizer]
batch_size = 32
lr = { schedule = "cosine", from = 1e-2, to = 1e-4, steps = 40 }
[ema]
decay = 0.9
[evaluation]
batch_size = 25
[log]
every = 3
)";

inline constexpr const char* kGaussian = R"(
[run]
steps = 30
[data]
name = "glyphs"
train_count = 300
test_count = 50
validation = 60
[model]
hidden = [24]
latent = 4
[likelihood]
name = "gaussian"
sigma = "optimal"
[prior]
name = "standard_normal"
[objective]
name = "elbo"
[optimizer]
batch_size = 32
[evaluation]
batch_size = 25
[log]
every = 3
)";

inline constexpr const char* kGan = R"(
[run]
steps = 20
[data]
name = "glyphs"
binarize = "dynamic"
range = "symmetric"
train_count = 200
test_count = 40
[model]
hidden = [24]
latent = 4
normalization = "batch"
[objective]
name = "non_saturating"
[[penalty]]
name = "r1"
gamma = 1.0
[dynamics]
name = "alternating"
discriminator_steps = 2
[optimizer]
batch_size = 16
lr = 1e-3
[optimizer.generator]
lr = { schedule = "linear", from = 1e-3, to = 1e-4, steps = 20 }
[ema]
decay = 0.8
[evaluation]
batch_size = 25
[log]
every = 3
)";

inline Config small_config(const std::string& text,
                           const std::vector<std::string>& overrides = {}) {
  return parse_config(make_schema(component_specs()), text, "small.toml", overrides);
}

inline std::unique_ptr<Session> small_session(const std::string& text,
                                              const std::vector<std::string>& overrides = {}) {
  const Config config = small_config(text, overrides);
  return std::make_unique<Session>(config, load_dataset(dataset_request(config, std::nullopt)));
}

/// Keeps the records; its checkpoint state is their number, as a file sink's is its length.
class Recorder : public Observer {
 public:
  std::string name() const override { return "recorder"; }
  void start(const RunInfo& run) override { info = run; }
  void step(StepRecord& record) override { records.push_back(record); }
  void finish(const RunSummary& run) override { summaries.push_back(run); }
  std::string save() override { return std::to_string(records.size()); }
  void restore(const std::string& state) override { records.resize(std::stoul(state)); }

  RunInfo info;
  std::vector<StepRecord> records;
  std::vector<RunSummary> summaries;
};

/// One line per number, exact, without wall-clock fields.
inline std::vector<std::string> lines(const std::vector<StepRecord>& records) {
  std::vector<std::string> all;
  char buffer[160];
  for (const StepRecord& r : records) {
    for (const auto& [key, m] : r.values.all()) {
      std::snprintf(buffer, sizeof buffer, " %a %a %a %lld", r.epoch, m.mean, m.se,
                    static_cast<long long>(m.count));
      all.push_back(std::to_string(r.step) + " " + r.split + " " + key + buffer);
    }
  }
  return all;
}

/// Bytes of every weight, and of the averages.
inline std::string weight_bytes(Session& session) {
  std::string bytes;
  const auto add = [&](const std::vector<NamedTensor>& tensors) {
    for (const NamedTensor& t : tensors) {
      const Tensor values = t.tensor.detach().contiguous();
      bytes.append(static_cast<const char*>(values.data_ptr()), values.nbytes());
    }
  };
  add(all_weights(session.networks()));
  if (session.ema() != nullptr) add(session.ema()->averages());
  return bytes;
}

}  // namespace elbow::testing
