#include "training/penalty_samples.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "math/torch_compat.h"

namespace elbow {
namespace {

constexpr std::int64_t kRows = 8;
constexpr double kRounding = 1e-5;  // between u x + (1 - u) x for two u, in float32

class Rows {
 public:
  Rows(Session& session, PhasePenalty& entry, std::int64_t step)
      : session_(session), entry_(entry), step_(step) {}

  /// Mean of the penalty's own term; nothing where it has none.
  std::optional<double> mean(const Tensor& x, const std::string& noise = "probe/penalty") {
    const std::vector<Term> terms = evaluate(x, noise);
    if (terms.empty()) return std::nullopt;
    return terms.front().values.detach().to(at::kDouble).mean().item<double>();
  }

 private:
  std::vector<Term> evaluate(const Tensor& x, const std::string& noise) {
    at::Generator latent = session_.generators().fresh("probe");
    at::Generator generator = session_.generators().fresh(noise);
    const Batch batch{.x = x, .labels = {}};
    const Context context{.networks = session_.networks(),
                          .batch = batch,
                          .latent = latent,
                          .batch_size = x.size(0),
                          .step = step_,
                          .mode = Mode::eval,
                          .instruments = false};
    Evaluation phase;
    phase.real = x;
    phase.fake = x;
    return entry_.penalty->evaluate(phase, context, generator).terms;
  }

  Session& session_;
  PhasePenalty& entry_;
  std::int64_t step_;
};

}  // namespace

std::vector<std::pair<std::string, double>> penalties_of_samples(Session& session, const Tensor& x,
                                                                 std::int64_t step) {
  std::vector<std::pair<std::string, double>> values;
  if (!x.defined() || x.size(0) < 2) return values;
  const NoGrad values_only;  // a slope takes the gradient in its points all the same
  const Tensor rows = x.slice(0, 0, std::min(x.size(0), kRows));
  for (PhasePenalty& entry : session.penalties()) {
    Rows penalty(session, entry, step);
    const std::optional<double> whole = penalty.mean(rows);
    if (!whole) continue;
    const double other = penalty.mean(rows, "probe/penalty/other").value();
    if (std::abs(*whole - other) > kRounding * std::max(1.0, std::abs(*whole))) continue;
    double sum = 0.0;
    for (std::int64_t i = 0; i < rows.size(0); ++i) {
      sum += penalty.mean(rows.slice(0, i, i + 1)).value();
    }
    values.emplace_back("penalty_of_batch/" + entry.name, *whole);
    values.emplace_back("penalty_of_samples/" + entry.name,
                        sum / static_cast<double>(rows.size(0)));
  }
  return values;
}

}  // namespace elbow
