// Laws of finitely many numbers: bernoulli(0.3), categorical(0.2,0.3,0.5), binomial(10,0.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "math/points.h"

namespace elbow {

/// Atoms ascending, each with a mass > 0; the masses sum to 1.
struct DiscreteLaw {
  std::string expression;
  std::vector<double> atoms;
  std::vector<double> masses;
  double rounding = 3e-16;  ///< of the logarithm of a mass
};

/// The law that `text` describes; nothing where its name is none of these:
///   bernoulli(p)          1 with probability p, else 0
///   categorical(w, ...)   0, 1, 2, ... with these probabilities, which sum to 1 within 1e-6
///   binomial(n, p)        the number of successes of n <= 1000 trials
/// Atoms without mass are left out. Throws Error (usage) where the numbers make no such law.
std::optional<DiscreteLaw> parse_discrete_law(std::string_view text);

/// n independent draws [n, 1], from the numbers of (seed, stream).
Points draw(const DiscreteLaw& law, std::int64_t n, std::uint64_t seed, std::uint64_t stream);

}  // namespace elbow
