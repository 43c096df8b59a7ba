#include "training/best_response.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "core/error.h"
#include "math/numeric.h"
#include "math/torch_compat.h"
#include "training/stepper.h"

namespace elbow {
namespace {

using Indices = std::vector<std::int64_t>;

std::vector<NamedTensor> copies(const std::vector<NamedTensor>& tensors) {
  std::vector<NamedTensor> result;
  for (const NamedTensor& t : tensors) result.push_back({t.name, t.tensor.detach().clone()});
  return result;
}

/// Gives weights, averages and generators back as they were.
class KeepSession {
 public:
  explicit KeepSession(Session& session)
      : session_(session), weights_(copies(all_weights(session.networks()))) {
    for (const char* drawn : {"latent", "penalty"}) session.generators().at(drawn);
    generators_ = session.generators().state();
    if (session.ema() != nullptr) averages_ = copies(session.ema()->averages());
  }
  ~KeepSession() {
    const NoGrad no_grad;
    assign_weights(session_.networks(), weights_);
    session_.generators().restore(generators_);
    if (session_.ema() == nullptr) return;
    const auto live = session_.ema()->averages();
    for (std::size_t i = 0; i < live.size(); ++i) live[i].tensor.copy_(averages_[i].tensor);
  }
  KeepSession(const KeepSession&) = delete;
  KeepSession& operator=(const KeepSession&) = delete;

  /// The players as evaluation sees them.
  std::vector<NamedTensor> players() const {
    std::vector<NamedTensor> all = weights_;
    all.insert(all.end(), averages_.begin(), averages_.end());  // of two of a name the last counts
    return all;
  }

 private:
  Session& session_;
  std::vector<NamedTensor> weights_, averages_;
  std::map<std::string, Tensor> generators_;
};

const Phase& phase_of(const Session& session, const std::string& name) {
  for (const Phase& phase : session.phases()) {
    if (phase.name == name) return phase;
  }
  throw Error(
      "A duality gap is between the phases 'discriminator' and 'generator'; the objective "
      "has no '" +
      name + "'.");
}

void append(std::vector<double>& to, const Tensor& values, std::int64_t count,
            const std::string& term) {
  if (values.numel() != count) {
    throw Error("The term '" + term + "' has no value for each sample: its payoff has no error.");
  }
  const Tensor row = values.detach().to(at::kDouble).reshape({-1}).contiguous();
  to.insert(to.end(), row.data_ptr<double>(), row.data_ptr<double>() + count);
}

void append_payoffs(Payoffs& payoffs, const Evaluation& evaluation, std::int64_t count) {
  Tensor loss;
  for (const Term& term : evaluation.terms) {
    if (term.weight != 0.0) {
      const Tensor part = term.values.to(at::kDouble) * term.weight;
      loss = loss.defined() ? loss + part : part;
    } else if (term.name.ends_with("/lower")) {
      append(payoffs.bounds[term.name], term.values, count, term.name);
    }
  }
  append(payoffs.value, -loss, count, evaluation.loss_key);
}

/// Held-out images, and the stream of noise that the samples beside them come from.
struct Draws {
  Indices images;
  std::string noise;
};

/// The same samples in every call with these draws.
Payoffs payoffs(Session& session, const Split& split, const Draws& draws,
                const BestResponseSettings& settings) {
  const NoGrad no_grad;
  const Indices& images = draws.images;
  const Phase& phase = phase_of(session, "discriminator");
  at::Generator noise = make_generator(derive_seed(settings.seed, draws.noise));
  const std::uint64_t key = derive_seed(settings.seed, "best response/images");
  Payoffs result;
  for (std::size_t begin = 0; begin < images.size();) {
    const std::size_t end =
        std::min(images.size(), begin + static_cast<std::size_t>(settings.batch_size));
    const Indices part(images.begin() + static_cast<std::ptrdiff_t>(begin),
                       images.begin() + static_cast<std::ptrdiff_t>(end));
    DataBatch data = session.examples(split, part, key, static_cast<std::uint64_t>(begin));
    const Batch batch{.x = std::move(data.x), .labels = std::move(data.labels)};
    const auto count = static_cast<std::int64_t>(part.size());
    const Context context{.networks = session.networks(),
                          .batch = batch,
                          .latent = noise,
                          .batch_size = count,
                          .mode = Mode::eval,
                          .instruments = true};
    append_payoffs(result, session.objective().evaluate(phase, context), count);
    begin = end;
  }
  return result;
}

bool is_look(std::int64_t step, std::int64_t steps) {
  for (const std::int64_t part : {1, 2, 4, 8, 16}) {
    if (step == std::max<std::int64_t>(1, steps / part)) return true;
  }
  return false;
}

/// `sign` 1 for the player that maximises V, -1 for the other.
BestResponse respond(Session& session, const Split& split, const std::string& player, double sign,
                     const Draws& judged, const Draws& measured,
                     const BestResponseSettings& settings) {
  const Phase& phase = phase_of(session, player);
  const auto worth = [&] { return sign * mean(payoffs(session, split, judged, settings).value); };
  BestResponse response;
  double best = worth();
  std::vector<NamedTensor> chosen = copies(all_weights(session.networks()));
  Stepper stepper(session);
  for (std::int64_t step = 1; step <= settings.steps && !response.diverged; ++step) {
    if (settings.progress) {
      settings.progress(player,
                        static_cast<double>(step - 1) / static_cast<double>(settings.steps));
    }
    try {
      stepper.update(phase);
    } catch (const Divergence&) {
      response.diverged = true;
      continue;
    }
    if (!is_look(step, settings.steps)) continue;
    if (const double now = worth(); now > best) {
      best = now;
      response.steps = step;
      chosen = copies(all_weights(session.networks()));
    }
  }
  assign_weights(session.networks(), chosen);
  response.payoffs = payoffs(session, split, measured, settings);
  return response;
}

}  // namespace

BestResponses best_responses(Session& session, const Split& held_out,
                             const BestResponseSettings& settings) {
  if (held_out.count < 4) {
    throw Error(
        "error: a duality gap is measured on held-out data: two images to choose answers "
        "by and two to measure them. Set data.test_count or data.validation.",
        ExitCode::data);
  }
  // A copy is chosen and measured on other images and other samples: the best of several looks is
  // too good on what it was chosen by.
  Draws judged{{}, "best response/judged"}, measured{{}, "best response/measured"};
  for (std::int64_t i = 0; i < held_out.count; ++i) {
    (i % 2 == 0 ? judged : measured).images.push_back(i);
  }
  const KeepSession keep(session);
  const auto start = keep.players();
  assign_weights(session.networks(), start);
  BestResponses result;
  result.judged = static_cast<std::int64_t>(judged.images.size());
  result.start = payoffs(session, held_out, measured, settings);
  result.discriminator =
      respond(session, held_out, "discriminator", 1.0, judged, measured, settings);
  assign_weights(session.networks(), start);
  result.generator = respond(session, held_out, "generator", -1.0, judged, measured, settings);
  return result;
}

}  // namespace elbow
