// ln p(x) of a VAE whose latent space is a line or a plane, by quadrature over z, beside the bounds
// that training logs.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/identity.h"
#include "core/spec.h"
#include "instrumentation/latent_model.h"
#include "math/log_integral.h"

namespace elbow {

/// ln ∫ p(x|z) N(z; 0, I) dz of one image. The box is 6 around the origin, or what holds the
/// encoder's posterior with 6 of its standard deviations. Errors: d > 2.
LogIntegral log_evidence(const LatentModel& model, const EncodedImages& image,
                         const LogIntegralSettings& settings = {});

/// KL(q(z|x) ‖ p(z|x)) = E_q[ln q(z|x) − ln p(x, z)] + ln p(x) of one image, the expectation by
/// the trapezoidal rule over q. `error`: what a coarser step changes, nats.
struct PosteriorKl {
  double value = 0.0, error = 0.0;
};
PosteriorKl posterior_kl(const LatentModel& model, const EncodedImages& image, double log_evidence);

struct EvidenceProbeOptions {
  std::int64_t images = 16, samples = 8;  ///< as of the probe every N steps, so that with its
  std::uint64_t seed = 0;                 ///< seed these are its codes
  /// ln p(x) of the data, where it is known: [n, D] -> [n]. May be empty.
  std::function<std::vector<double>(const PointsView& x)> log_density;
};

/// Adds the terms of `known_evidence_terms` over those of the first images of x [n, D] whose
/// quadratures converged to about 1e-3 nats: none where the latent space has more than two
/// dimensions or a number is not finite.
void probe_evidence(const LatentModel& model, const Tensor& x, const EvidenceProbeOptions& options,
                    Values& values);

std::vector<TermSpec> known_evidence_terms();

}  // namespace elbow
