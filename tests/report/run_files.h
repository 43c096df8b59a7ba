// Small run directories for tests of the report.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace elbow::testing {

inline void put(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

/// What differs between the small runs of a test.
struct SmallRun {
  std::string name = "a";
  int seed = 1;
  double beta = 1.0;
  double elbo = -100.0, se = 0.5, kl = 20.0;  ///< on the test split at the end
  std::string binarize = "dynamic", likelihood = "bernoulli", reduction = "mean over the batch";
  int batch_size = 10, steps = 100;  ///< one valid record every 25 steps
  double seconds = 1.0;              ///< of a quarter of the run
  bool test_split = true;
  bool valid_split = true;
};

inline std::string record(int step, double epoch, double wall, const std::string& split,
                          double elbo, double se, double kl) {
  const auto n = [](double x) { return std::to_string(x); };
  std::string line = "{\"step\":" + std::to_string(step) + ",\"epoch\":" + n(epoch) +
                     ",\"wall\":" + n(wall) + ",\"split\":\"" + split + "\",\"elbo\":" + n(elbo);
  if (se > 0) line += ",\"elbo.se\":" + n(se);
  line += ",\"elbo/kl\":" + n(kl);
  if (se > 0) line += ",\"elbo/kl.se\":" + n(se / 10);
  return line + ",\"elbo/reconstruction\":" + n(elbo + kl) +
         (se > 0 ? ",\"elbo/reconstruction.se\":" + n(se) : "") + "}\n";
}

/// Writes the files of a finished run and returns its directory.
inline std::filesystem::path write_run(const std::filesystem::path& root, const SmallRun& run) {
  const auto dir = root / run.name;
  put(dir / "config.toml",
      "[run]\nname = \"" + run.name + "\"\nseed = " + std::to_string(run.seed) +
          "\n\n[data]\nname = \"glyphs\"\nbinarize = \"" + run.binarize +
          "\"\n\n[model]\nhidden = [16]\n\n[likelihood]\nname = \"" + run.likelihood +
          "\"\n\n[objective]\nname = \"beta\"\nbeta = " + std::to_string(run.beta) +
          "\n\n[optimizer]\nlr = { schedule = \"linear\", from = 0.1, to = 0.0, steps = 9 }\n"
          "batch_size = " +
          std::to_string(run.batch_size) + "\n");
  const auto term = [&](const std::string& symbol, const std::string& sign) {
    return "{\"symbol\":\"" + symbol + "\",\"latex\":\"" + symbol + "\",\"unit\":\"nats\"," +
           "\"sign\":\"" + sign + "\",\"reduction\":\"" + run.reduction +
           "\",\"estimator\":\"closed form\",\"range\":[" + (sign == "+" ? "0.0" : "null") +
           ",null],\"equilibrium\":null,\"meaning\":\"m\"}";
  };
  put(dir / "terms.json", "{\"step\":{\"unit\":\"steps\"},\"elbo\":" + term("L", "±") +
                              ",\"elbo/kl\":" + term("KL", "+") + ",\"elbo/reconstruction\":" +
                              term("R", "±") + ",\"kl/dim/*\":" + term("KLj", "+") + "}\n");
  std::string lines;
  for (int quarter = 1; quarter <= 4; ++quarter) {
    const int step = run.steps * quarter / 4;
    const double off = -10.0 * (4 - quarter);
    lines += record(step, quarter, run.seconds * quarter, "train", run.elbo + off - 1, 5 * run.se,
                    run.kl);
    if (run.valid_split) {
      lines +=
          record(step, quarter, run.seconds * quarter, "valid", run.elbo + off, run.se, run.kl);
    }
  }
  if (run.test_split) {
    lines += record(run.steps, 4, 4 * run.seconds, "test", run.elbo, run.se, run.kl);
  }
  put(dir / "metrics.jsonl", lines);
  put(dir / "environment.json",
      "{\"elbow\":\"0.1.0\",\"threads\":{\"libtorch\":1},\"seed\":1,"
      "\"data\":{\"name\":\"glyphs\",\"sha256\":\"abc\"}}\n");
  put(dir / "status.json", "{\"status\":\"finished\",\"step\":" + std::to_string(run.steps) +
                               ",\"total_steps\":" + std::to_string(run.steps) +
                               ",\"heartbeat\":1.5}\n");
  return dir;
}

}  // namespace elbow::testing
