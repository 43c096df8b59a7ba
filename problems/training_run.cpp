#include "problems/training_run.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/outcome.h"
#include "math/torch_compat.h"
#include "training/evaluation.h"
#include "training/result.h"
#include "training/run_directory.h"
#include "training/signals.h"
#include "training/trainer.h"

namespace elbow::problems {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kRows = 5000;  // evaluated at once

/// A directory that goes with the object.
class Scratch {
 public:
  Scratch() {
    static int count = 0;
    path_ = fs::temp_directory_path() /
            ("elbow-problem-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
    fs::create_directories(path_);
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

TrainedModel train_model(Config config, Dataset data,
                         const std::function<void(Session&)>& prepare) {
  TrainedModel model;
  model.session = std::make_unique<Session>(std::move(config), std::move(data));
  if (prepare) prepare(*model.session);
  const Scratch scratch;
  IdentityMonitor monitor;
  RunSummary summary;
  {
    RunDirectory directory({.directory = scratch.path() / "run", .name = "problem"});
    summary = train(*model.session, directory, {&monitor});
  }
  if (summary.outcome == Outcome::interrupted || summary.outcome == Outcome::stopped) {
    // 75 would promise a checkpoint to go on from.
    throw Error(
        "error: stopped. Nothing is kept; start it again.",
        summary.outcome == Outcome::interrupted ? ExitCode::interrupted : ExitCode::failure);
  }
  if (summary.outcome != Outcome::finished)
    throw Error("A problem's training run did not finish: " +
                    std::string(to_string(summary.outcome)) + ". " + summary.message,
                exit_code(summary.outcome));
  // One that came too late to stop training is not forgotten.
  if (const int signal = SignalScope::received(); signal != 0)
    throw Error("error: stopped. Nothing is kept; start it again.",
                signal == SIGINT ? ExitCode::interrupted : ExitCode::failure);
  model.counts = monitor.counts();
  const Split& split = model.session->data().train;
  model.values = evaluate_split(*model.session, split, summary.step,
                                model.session->config().integer("evaluation.batch_size"));
  return model;
}

std::vector<double> term_at_rows(Session& session, const Tensor& x, const std::string& term,
                                 std::uint64_t seed) {
  const NoGrad no_grad;
  at::Generator noise = make_generator(seed);
  std::vector<double> values;
  for (std::int64_t begin = 0; begin < x.size(0); begin += kRows) {
    const Batch batch{.x = x.narrow(0, begin, std::min(kRows, x.size(0) - begin)), .labels = {}};
    const Context context{.networks = session.networks(),
                          .batch = batch,
                          .latent = noise,
                          .batch_size = batch.x.size(0),
                          .mode = Mode::eval,
                          .instruments = true};
    for (const Phase& phase : session.phases())
      for (const Term& t : session.objective().evaluate(phase, context).terms) {
        if (t.name != term) continue;
        const Tensor wide = t.values.to(at::kDouble).contiguous();
        values.insert(values.end(), wide.data_ptr<double>(),
                      wide.data_ptr<double>() + wide.numel());
      }
  }
  if (values.empty()) throw Error("The objective emits no term '" + term + "'.");
  return values;
}

Dataset points_dataset(const std::string& name, const Tensor& points) {
  const Tensor flat = points.to(at::kCPU, at::kFloat).contiguous();
  const float* first = flat.data_ptr<float>();
  Dataset data;
  data.name = name;
  data.description = name;
  data.dim = flat.size(1);
  data.train.count = flat.size(0);
  data.train.points.assign(first, first + flat.numel());
  return data;
}

void emit_run_identities(const Checks& checks, const TrainedModel& model) {
  double evaluations = 0.0, decisive_failures = 0.0;
  for (const CheckCount& count : model.counts) {
    evaluations += static_cast<double>(count.evaluations);
    if (count.decisive()) decisive_failures += static_cast<double>(count.fails);
  }
  checks.exact("while_training",
               "failed identities and ranges among " +
                   std::to_string(static_cast<std::int64_t>(evaluations)) +
                   " evaluated while it trained",
               decisive_failures, 0.0, 1e-12);
}

}  // namespace elbow::problems
