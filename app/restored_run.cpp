#include "app/restored_run.h"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "core/config/config.h"
#include "core/error.h"
#include "math/torch_compat.h"
#include "objectives/registry.h"
#include "training/checkpoint.h"
#include "training/crc32.h"
#include "training/resumption.h"

namespace elbow::app {
namespace {

namespace fs = std::filesystem;

std::string fingerprint(const Networks& networks) {
  std::uint32_t code = 0;
  for (const NamedTensor& weight : all_weights(networks)) {
    const Tensor t = weight.tensor.detach().contiguous();
    const auto* bytes = static_cast<const char*>(t.data_ptr());
    const auto size = static_cast<std::size_t>(t.numel()) * t.element_size();
    code = code * 31u + crc32(std::string_view(bytes, size));
  }
  char text[9];
  std::snprintf(text, sizeof text, "%08x", code);
  return text;
}

}  // namespace

RestoredRun restore_run(const fs::path& run, const std::optional<fs::path>& data_dir,
                        bool other_data) {
  if (!fs::exists(run / "config.toml")) {
    throw Error("error: " + run.string() +
                    " is no run: it has no config.toml. Train one with "
                    "elbow train CONFIG --run-dir " +
                    run.string() + ".",
                ExitCode::usage);
  }
  const Checkpoints checkpoints(run / "checkpoints", 1);
  if (checkpoints.steps().empty()) {
    throw Error("error: " + run.string() +
                    " has no checkpoint yet. Wait for the first one "
                    "(checkpoint.every), or train to the end.",
                ExitCode::usage);
  }
  Config config = load_config(make_schema(component_specs()), run / "config.toml", {});
  Dataset data = load_dataset(dataset_request(config, data_dir));
  RestoredRun restored;
  const auto checkpoint = checkpoints.load_newest(restored.warnings);
  if (!checkpoint) throw Error("The checkpoints of " + run.string() + " have gone.");
  const Provenance trained = provenance(*checkpoint);
  require_same_settings(config, trained, run.string());
  restored.own_data = data.sha256 == trained.data;
  if (!other_data) {
    require_same_data(data, trained, run.string(), "say with --other-data that this is meant.");
  } else if (!restored.own_data) {
    restored.warnings.push_back("This is not the data that the run was trained on: " +
                                data.description + ", SHA-256 " + data.sha256 + ".");
  }
  restored.session = std::make_unique<Session>(std::move(config), std::move(data));
  restored.stepper = std::make_unique<Stepper>(*restored.session);
  restored.stepper->restore(*checkpoint);
  restored.step = checkpoint->step;
  restored.fingerprint = fingerprint(restored.session->networks());
  return restored;
}

LatentModel latent_model(Session& session) {
  for (const auto& [name, network] : session.networks().all()) network->require_grad(false);
  const auto averaged = std::make_shared<EmaScope>(session.ema());
  const auto generator = std::make_shared<at::Generator>(make_generator(0));  // nothing is drawn
  const auto forward = [&session, averaged](const std::string& network, const Tensor& input) {
    return session.networks().at(network).forward(input, Mode::eval);
  };
  LatentModel model;
  model.latent = session.latent();
  model.data_dim = session.data().dim;
  model.encode = [forward](const Tensor& x) { return forward("encoder", x); };
  model.log_likelihood = [&session, forward, generator](const Tensor& z, const Tensor& x) {
    const Batch batch{.x = x, .labels = {}};
    const Context context{.networks = session.networks(),
                          .batch = batch,
                          .latent = *generator,
                          .batch_size = x.size(0),
                          .mode = Mode::eval};
    return session.likelihood()->log_prob(forward("decoder", z), x, context);
  };
  const NoGrad no_grad;
  at::Generator probe = make_generator(0);
  const Tensor one = forward("decoder", session.prior(1, probe));
  if (session.likelihood()->sample(one, probe).defined()) {
    model.simulate = [&session, forward](const Tensor& z, at::Generator& noise) {
      return session.likelihood()->sample(forward("decoder", z), noise);
    };
  }
  return model;
}

}  // namespace elbow::app
