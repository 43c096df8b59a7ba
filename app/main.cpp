// Entry point: command line, dispatch, and the one place where errors become exit codes.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <iostream>
#include <new>
#include <sstream>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/standard_output.h"
#include "core/error.h"
#include "core/text.h"
#include "math/threads.h"
#include "training/signals.h"

namespace {

constexpr const char* kFooter = R"(
Examples:
  elbow train configs/vae/elbo.toml
  elbow train configs/vae/beta.toml objective.beta=2 run.epochs=5 --run-dir runs/beta2
  elbow compare runs/vae-elbo runs/vae-beta
  elbow sweep configs/vae/beta.toml objective.beta=1,4 --seeds 3
  elbow divergence 'normal(0,1)' 'normal(1,2)'
  elbow explain elbo/kl
  elbow list objectives
  elbow verify

Exit codes: 0 ok, 1 failure, 2 usage or config, 3 data missing or corrupt, 4 diverged,
5 a mathematical check failed, 75 stopped by a signal with a checkpoint, 130 Ctrl-C.)";

int run(int argc, char** argv) {
  CLI::App app{"Elbow trains small VAEs and GANs and keeps the mathematics in view.", "elbow"};
  app.set_version_flag("--version", std::string("elbow ") + ELBOW_VERSION);
  app.footer(kFooter);
  app.require_subcommand(1);
  elbow::app::Action action;
  elbow::app::add_train(app, action);
  elbow::app::add_eval(app, action);
  elbow::app::add_step(app, action);
  elbow::app::add_report(app, action);
  elbow::app::add_compare(app, action);
  elbow::app::add_sweep(app, action);
  elbow::app::add_config(app, action);
  elbow::app::add_data(app, action);
  elbow::app::add_list(app, action);
  elbow::app::add_explain(app, action);
  elbow::app::add_verify(app, action);
  elbow::app::add_divergence(app, action);
  elbow::app::add_export(app, action);
  elbow::app::add_watch(app, action);
  elbow::app::add_doctor(app, action);
  elbow::app::add_completion(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    // CLI11 says that a command is missing, and not that this one is none.
    if (const std::string word = argc > 1 ? argv[1] : ""; !word.empty() && word.front() != '-') {
      std::vector<std::string> commands;
      for (const CLI::App* command : app.get_subcommands({})) {
        commands.push_back(command->get_name());
      }
      if (std::find(commands.begin(), commands.end(), word) == commands.end()) {
        const std::string hint = elbow::did_you_mean(word, commands);
        throw elbow::Error("error: there is no command '" + word + "'" +
                               (hint.empty() ? "." : hint) + " See elbow --help.",
                           elbow::ExitCode::usage);
      }
    }
    std::ostringstream text;
    app.exit(error, text, text);
    std::cerr << elbow::printable(text.str()) << std::flush;
    return static_cast<int>(elbow::ExitCode::usage);
  }
  return action();
}

/// Runs `act`; whatever it throws is said and becomes an exit code.
template <class Act>
int guarded(const Act& act) {
  try {
    return act();
  } catch (const elbow::Error& error) {
    elbow::app::say(error.what());
    return static_cast<int>(error.code());
  } catch (const std::bad_alloc&) {
    elbow::app::say("error: out of memory. Try a smaller optimizer.batch_size or model.");
  } catch (const std::exception& error) {
    elbow::app::say(std::string("error: ") + error.what());
  }
  return static_cast<int>(elbow::ExitCode::failure);
}

}  // namespace

int main(int argc, char** argv) {
  elbow::app::hold_standard_streams();
  elbow::confine_signals();
  elbow::configure_allocator();
  const elbow::app::PrintableOutput output;
  const int code = guarded([&] { return run(argc, argv); });
  // An answer that did not arrive is no success, whatever the command.
  const int printed = guarded([] {
    elbow::app::flush_standard_output();
    return 0;
  });
  return code != 0 ? code : printed;
}
