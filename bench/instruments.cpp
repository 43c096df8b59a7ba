// What a record with all its checks costs a training step: instrumented and silent blocks of steps
// alternate in one process, so that a slow spell of the machine hits both.
//   bench_instruments DIR [config] [threads] [blocks]
// DIR: MNIST. Prints one JSON object: medians over the blocks and their ratio.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "core/config/config.h"
#include "data/dataset.h"
#include "instrumentation/identity_monitor.h"
#include "instrumentation/jsonl_sink.h"
#include "instrumentation/log_sink.h"
#include "math/threads.h"
#include "objectives/registry.h"
#include "training/record_queue.h"
#include "training/session.h"
#include "training/stepper.h"

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kSteps = elbow::RecordQueue::capacity;  // in a block

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  using namespace elbow;
  configure_allocator();
  if (argc < 2) {
    std::cerr << "usage: bench_instruments DIR [config] [threads] [blocks]\n";
    return 2;
  }
  const std::string file = argc > 2 ? argv[2] : "configs/vae/elbo.toml";
  configure_threads(argc > 3 ? std::atoi(argv[3]) : 0);
  const int blocks = argc > 4 ? std::atoi(argv[4]) : 400;
  Config config = load_config(make_schema(component_specs()), file, {"data.name=mnist"});
  Dataset data = load_dataset(dataset_request(config, argv[1]));
  Session session(std::move(config), std::move(data));
  Stepper stepper(session);

  const auto directory =
      std::filesystem::temp_directory_path() / ("elbow-instruments-" + std::to_string(getpid()));
  std::filesystem::create_directories(directory);
  IdentityMonitor monitor;
  JsonlSink jsonl;
  LogSink log;
  const std::vector<Observer*> observers{&monitor, &jsonl, &log};
  RunInfo info{.directory = directory.string(),
               .name = "bench",
               .family = session.config().family(),
               .objective = session.config().text("objective.name"),
               .total_steps = 1000000,
               .first_step = 0,
               .specs = session.specs(),
               .terms = {}};
  for (Observer* observer : observers) observer->start(info);

  RecordQueue records(observers, [](StepRecord&&) {});
  std::vector<double> seconds[2];  // silent, recorded
  for (int block = -20; block < 2 * blocks; ++block) {
    const bool on = block % 2 == 0;
    const auto begun = Clock::now();
    for (int i = 0; i < kSteps; ++i) {
      stepper.step(on);
      if (!on) continue;
      StepRecord record;
      record.step = stepper.steps();
      record.epoch = stepper.epoch();
      record.values = stepper.values();
      records.add(std::move(record));
    }
    if (block >= 0) {
      seconds[on].push_back(std::chrono::duration<double>(Clock::now() - begun).count() / kSteps);
    }
  }
  for (Observer* observer : observers) observer->finish({});
  std::filesystem::remove_all(directory);
  const double with = median(seconds[1]), without = median(seconds[0]);
  std::cout << "{\"step_ms\":" << 1e3 * without << ",\"step_ms_recorded\":" << 1e3 * with
            << ",\"ratio\":" << without / with << "}\n";
}
