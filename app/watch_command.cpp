// elbow watch RUNS...|DIR: the list of runs and a live page of each, on this machine only.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <thread>

#include "app/commands.h"
#include "app/standard_output.h"
#include "app/watched_runs.h"
#include "core/error.h"
#include "training/signals.h"

namespace elbow::app {
namespace {

struct WatchFlags {
  std::vector<std::string> runs = {"runs"};
  int port = 7717;
};

int watch(const WatchFlags& flags) {
  const WatchedRuns runs({flags.runs.begin(), flags.runs.end()});
  const SignalScope signals;
  HttpServer server([&runs](const HttpRequest& request) { return runs.answer(request); });
  const int port = server.start(flags.port);
  std::cout << "http://127.0.0.1:" << port << "/\n";
  flush_standard_output();
  std::fprintf(stderr, "Serving %zu run(s) to this machine; Ctrl-C ends it.\n", runs.runs().size());
  while (SignalScope::received() == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  server.stop();
  return 0;
}

}  // namespace

void add_watch(CLI::App& app, Action& action) {
  auto flags = std::make_shared<WatchFlags>();
  auto* command =
      app.add_subcommand("watch", "Serve live pages of runs to browsers on this machine");
  command->add_option("RUNS", flags->runs, "runs, or a folder of runs (default: runs)");
  command->add_option("--port", flags->port, "port on 127.0.0.1; 0: any free one (default: 7717)")
      ->check(CLI::Range(0, 65535));
  command->footer(
      "\nThe first line on standard output is the address. Only files are read: training does not\n"
      "notice. Another machine reaches it through ssh -L 7717:127.0.0.1:7717 HOST.\n\nExamples:\n"
      "  elbow watch\n"
      "  elbow watch runs/vae-elbo runs/gan --port 0");
  command->callback([flags, &action] { action = [flags] { return watch(*flags); }; });
}

}  // namespace elbow::app
