// Variational estimates of divergences from the scores of a critic at samples: Donsker-Varadhan,
// Nguyen-Wainwright-Jordan, the Jensen-Shannon form, SMILE, and InfoNCE from joint scores.
#pragma once

#include <cstdint>
#include <span>

#include "core/estimate.h"

namespace elbow {

/// From scores T at samples of P and at samples of Q, all read-only. The critic must not have been
/// fitted on these samples, else no direction of bias holds. se: samples of P and of Q independent.
/// All throw Error on an empty side or NaN. Donsker-Varadhan and NWJ average e^T: where a Pareto
/// tail fitted to it has no variance (k-hat > 0.5) they have no se.
///
/// KL >= E_P T - ln E_Q e^T, equality at T = ln p/q + const. The logarithm of the mean over m
/// samples is too small by about Var e^T / (2 m (E e^T)^2): no bound on a batch. Source: Donsker &
/// Varadhan 1983.
Estimate donsker_varadhan(std::span<const double> at_p, std::span<const double> at_q);
/// KL >= E_P T - E_Q e^(T - 1), equality at T = 1 + ln p/q. Unbiased for its own lower bound; its
/// variance there is that of p/q. Source: Nguyen, Wainwright & Jordan 2010.
Estimate nwj(std::span<const double> at_p, std::span<const double> at_q);
/// -E_P softplus(-T) - E_Q softplus(T) <= 2 JS - 2 ln 2, equality at T = ln p/q.
Estimate jensen_shannon_form(std::span<const double> at_p, std::span<const double> at_q);
/// JS >= ln 2 + half of the above. Source: Goodfellow et al. 2014, theorem 1.
Estimate jensen_shannon_bound(std::span<const double> at_p, std::span<const double> at_q);
/// Donsker-Varadhan with e^T clipped to [e^-tau, e^tau] in the second term: less variance, no
/// bound. tau > 0; tau = inf is Donsker-Varadhan. Source: Song & Ermon 2020, eq. 13.
Estimate smile(std::span<const double> at_p, std::span<const double> at_q, double tau);

/// Scores S_ij = T(x_i, y_j) of B pairs, row-major; the diagonal holds samples of the joint law,
/// the rest of the product of the marginals. Someone else owns them.
struct ScoreMatrix {
  std::span<const double> scores;
  std::int64_t size = 0;
  double at(std::int64_t i, std::int64_t j) const {
    return scores[static_cast<std::size_t>(i * size + j)];
  }
};

/// I(X;Y) >= ln B + mean_i (S_ii - ln sum_j e^S_ij), <= ln B. Source: van den Oord et al. 2018;
/// Poole et al. 2019, eq. 12. The se of these is the jackknife over pairs (row and column leave
/// together), which knows that the entries share samples; B >= 3. Throw Error for B < 2 or NaN.
Estimate info_nce(const ScoreMatrix& s);
/// The estimates above with the off-diagonal entries as samples of Q.
Estimate donsker_varadhan(const ScoreMatrix& s);
Estimate nwj(const ScoreMatrix& s);
Estimate jensen_shannon_form(const ScoreMatrix& s);
Estimate smile(const ScoreMatrix& s, double tau);

}  // namespace elbow
