// The commands of the program. Each adds itself to the command line and returns what runs it.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace elbow::app {

/// Set by the subcommand that was chosen; returns the exit code.
using Action = std::function<int()>;

void add_train(CLI::App& app, Action& action);
void add_eval(CLI::App& app, Action& action);
void add_step(CLI::App& app, Action& action);
void add_compare(CLI::App& app, Action& action);
void add_sweep(CLI::App& app, Action& action);
void add_report(CLI::App& app, Action& action);
void add_config(CLI::App& app, Action& action);
void add_data(CLI::App& app, Action& action);
void add_list(CLI::App& app, Action& action);
void add_explain(CLI::App& app, Action& action);
void add_divergence(CLI::App& app, Action& action);
void add_doctor(CLI::App& app, Action& action);
void add_export(CLI::App& app, Action& action);
void add_watch(CLI::App& app, Action& action);
void add_completion(CLI::App& app, Action& action);
void add_verify(CLI::App& app, Action& action);

}  // namespace elbow::app
