#include "objectives/identities.h"

#include <algorithm>
#include <cmath>

namespace elbow {
namespace {

bool has_all(const Values& values, const Sum& sum) {
  return std::all_of(sum.terms.begin(), sum.terms.end(),
                     [&](const auto& term) { return values.contains(term.first); });
}

double evaluate(const Values& values, const Sum& sum, double& scale) {
  double total = sum.constant;
  scale = std::max(scale, std::abs(sum.constant));
  for (const auto& [key, coefficient] : sum.terms) {
    total += coefficient * values[key];
    scale = std::max(scale, std::abs(coefficient) * magnitude(values.at(key)));
  }
  return total;
}

}  // namespace

double magnitude(const Moments& moments) {
  return std::hypot(moments.mean, moments.se * std::sqrt(static_cast<double>(moments.count)));
}

IdentitySpec equality(std::string id, std::string statement, Sum lhs, Sum rhs) {
  return {.id = std::move(id),
          .kind = IdentityKind::exact,
          .statement = std::move(statement),
          .sides = [lhs = std::move(lhs),
                    rhs = std::move(rhs)](const Values& values) -> std::optional<Sides> {
            if (!has_all(values, lhs) || !has_all(values, rhs)) return std::nullopt;
            Sides sides;
            sides.lhs = evaluate(values, lhs, sides.scale);
            sides.rhs = evaluate(values, rhs, sides.scale);
            return sides;
          }};
}

IdentitySpec closure(std::string id, std::string phase, std::string loss_key) {
  return {
      .id = std::move(id),
      .kind = IdentityKind::exact,
      .statement = "Σ weight·term = " + loss_key + " that was back-propagated",
      .sides = [phase = std::move(phase), loss_key](const Values& values) -> std::optional<Sides> {
        Sum sum;
        for (const auto& [key, weight] : values.weights(phase))
          if (weight != 0.0) sum.terms.emplace_back(key, weight);
        if (sum.terms.empty() || !values.contains(loss_key) || !has_all(values, sum))
          return std::nullopt;
        Sides sides;
        sides.lhs = evaluate(values, sum, sides.scale);
        sides.rhs = values[loss_key];
        return sides;
      }};
}

IdentitySpec gradient_closure(std::string id, const std::string& phase) {
  return equality(std::move(id), "∇ loss = Σ weight·∇ term (" + phase + ")",
                  {.terms = {{"gradient_difference/" + phase, 1.0}}}, {});
}

IdentitySpec penalty_of_samples(const std::string& penalty) {
  return equality("G6", "penalty/" + penalty + " of a batch = mean over its samples one by one",
                  {.terms = {{"penalty_of_batch/" + penalty, 1.0}}},
                  {.terms = {{"penalty_of_samples/" + penalty, 1.0}}});
}

IdentitySpec zero_mean(std::string id, std::string statement, std::string lhs, std::string rhs,
                       std::string difference) {
  return {
      .id = std::move(id),
      .kind = IdentityKind::statistical,
      .statement = std::move(statement),
      .sides = [lhs = std::move(lhs), rhs = std::move(rhs),
                difference = std::move(difference)](const Values& values) -> std::optional<Sides> {
        if (!values.contains(lhs) || !values.contains(rhs) || !values.contains(difference))
          return std::nullopt;
        if (values.at(difference).se <= 0.0) return std::nullopt;
        return Sides{
            .lhs = values[lhs], .rhs = values[rhs], .se = values.at(difference).se, .scale = 1.0};
      }};
}

}  // namespace elbow
