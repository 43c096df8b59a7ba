// elbow data check [DIR]: are the MNIST files there, whole and the right ones?
#include <CLI/CLI.hpp>
#include <iomanip>
#include <iostream>
#include <memory>

#include "app/commands.h"
#include "core/error.h"
#include "data/mnist.h"

namespace elbow::app {
namespace {

int check(const std::string& given) {
  std::optional<std::filesystem::path> dir;
  if (!given.empty()) dir = given;
  auto found = find_mnist(dir);
  // A directory that was named is checked even where files are missing, so that each is reported.
  if (!found) found = dir;
  if (!found) {
    std::string message = "error: the four MNIST files were found in none of:\n";
    for (const auto& path : mnist_search_path(dir)) message += "  " + path.string() + "\n";
    throw Error(message +
                    "Get them with scripts/get_mnist.sh, or name their directory: "
                    "elbow data check DIR.",
                ExitCode::data);
  }
  bool ok = true;
  for (const auto& file : check_mnist(*found)) {
    std::cout << std::left << std::setw(9) << (file.ok ? "ok" : "BAD") << std::setw(27) << file.name
              << std::right << std::setw(7) << file.count << "  "
              << (file.ok ? file.sha256.substr(0, 16) : file.message) << '\n';
    ok &= file.ok;
  }
  std::cout << found->string()
            << (ok ? " holds the standard MNIST, verified by SHA-256 of the decompressed bytes\n"
                   : " does not hold the standard MNIST; scripts/get_mnist.sh gets it\n");
  return ok ? 0 : static_cast<int>(ExitCode::data);
}

}  // namespace

void add_data(CLI::App& app, Action& action) {
  auto dir = std::make_shared<std::string>();
  auto* data = app.add_subcommand("data", "Look at data files");
  data->require_subcommand(1);
  auto* command = data->add_subcommand("check", "Verify the MNIST files by SHA-256");
  command->add_option("DIR", *dir, "directory (default: the search path)");
  command->footer("\nExample:\n  elbow data check data/mnist");
  command->callback([=, &action] { action = [=] { return check(*dir); }; });
}

}  // namespace elbow::app
