#include "instrumentation/sample_distances.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/error.h"
#include "core/estimate.h"
#include "math/estimators/energy.h"
#include "math/estimators/wasserstein.h"

namespace elbow {
namespace {

constexpr std::int64_t kMostSamples = 256, kMostAssigned = 128;

Moments moments_of(const Estimate& estimate, std::int64_t n) {
  return {estimate.value, estimate.se.value_or(0.0), n};
}

PointsView assigned(const PointsView& points) {
  return points.rows(0, std::min(points.size(), kMostAssigned));
}

Moments energy(const PointsView& p, const PointsView& q) {
  return moments_of(energy_unbiased(p, q), q.size());
}

/// Its standard error is no use beside the floor: at P = Q it is 0 to leading order.
Moments transport(const PointsView& p, const PointsView& q) {
  const PointsView a = assigned(p), b = assigned(q);
  return {wasserstein1(a, b).value, 0.0, b.size()};
}

/// ‖mean p − mean q‖ of the points that are assigned.
double mean_distance(const PointsView& p, const PointsView& q) {
  const PointsView a = assigned(p), b = assigned(q);
  double square = 0.0;
  for (std::int64_t j = 0; j < a.dim(); ++j) {
    double difference = 0.0;
    for (std::int64_t i = 0; i < a.size(); ++i)
      difference += (a.at(i, j) - b.at(i, j)) / static_cast<double>(a.size());
    square += difference * difference;
  }
  return std::sqrt(square);
}

}  // namespace

SampleDistances::SampleDistances(const PointsView& held_out) {
  const std::int64_t n = std::min(held_out.size() / 2, kMostSamples);
  if (n < 2) throw Error("Distances of samples need at least 4 held-out points.");
  const auto first = held_out.rows(0, n).all();
  reals_ = Points({first.begin(), first.end()}, held_out.dim());
  const PointsView others = held_out.rows(n, 2 * n);
  energy_floor_ = energy(reals_, others);
  transport_floor_ = transport(reals_, others);
}

void SampleDistances::add(const PointsView& samples, Values& values) const {
  const auto all = samples.all();
  if (samples.size() != reals_.size() ||
      !std::all_of(all.begin(), all.end(), [](double x) { return std::isfinite(x); })) {
    return;
  }
  values.set("epoch/energy", energy(reals_, samples));
  values.set("epoch/energy/floor", energy_floor_);
  values.set("epoch/wasserstein1", transport(reals_, samples));
  values.set("epoch/wasserstein1/floor", transport_floor_);
  values.set("epoch/mean_distance", mean_distance(reals_, samples));
}

std::vector<TermSpec> sample_distance_terms() {
  const auto distance = [](const char* name, const char* symbol, const char* latex,
                           const char* unit, const char* sign, const char* estimator,
                           const char* meaning, const char* reference) {
    TermSpec term{.name = name,
                  .symbol = symbol,
                  .latex = latex,
                  .unit = unit,
                  .sign = sign,
                  .reduction = "over two sets of points",
                  .estimator = estimator,
                  .meaning = meaning,
                  .reference = reference};
    if (term.sign == "+") term.minimum = 0.0;
    return term;
  };
  const char* szekely = "Székely & Rizzo 2013";
  const char* peyre = "Peyré & Cuturi 2019, chapter 2";
  TermSpec energy = distance(
      "epoch/energy", "D²(p, q)",
      "2\\mathbb{E}\\lVert X-Y\\rVert-\\mathbb{E}\\lVert X-X'\\rVert-"
      "\\mathbb{E}\\lVert Y-Y'\\rVert",
      "distance", "±",
      "U-statistic of up to 256 samples and as many held-out points: unbiased, may be negative",
      "distance of samples and data in the space of the data; 0 where they agree", szekely);
  energy.equilibrium = 0.0;
  TermSpec transport =
      distance("epoch/wasserstein1", "W₁(pₙ, qₙ)", "W_1(p_n,q_n)", "distance", "+",
               "assignment of up to 128 samples to as many held-out points: too high",
               "how far samples must move to become data", peyre);
  transport.confused_with = "the distance of the distributions, which is 0 at p = q: see the floor";
  return {
      energy,
      distance("epoch/energy/floor", "D²(p, p)", "D^2(p,p)", "distance", "±",
               "two disjoint held-out sets", "the same between data and data: what it is worth",
               szekely),
      transport,
      distance("epoch/wasserstein1/floor", "W₁(pₙ, p'ₙ)", "W_1(p_n,p_n')", "distance", "+",
               "two disjoint held-out sets", "the same between data and data: what is noise",
               peyre),
      distance("epoch/mean_distance", "‖x̄ − ȳ‖", "\\lVert\\bar x-\\bar y\\rVert", "distance", "+",
               "the points of epoch/wasserstein1", "how far the means alone are apart", peyre)};
}

}  // namespace elbow
