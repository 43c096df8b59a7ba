// A function of two samples that remembers its last results: rows that are made of one fit, or of
// one set of distances, share it.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <utility>
#include <variant>

#include "math/points.h"

namespace elbow {

/// Hash of the sizes and of all coordinates (FNV-1a, word by word).
inline std::uint64_t content_hash(const PointsView& points) {
  std::uint64_t hash = 14695981039346656037ull;
  const auto add = [&hash](std::uint64_t word) { hash = (hash ^ word) * 1099511628211ull; };
  add(static_cast<std::uint64_t>(points.size()));
  add(static_cast<std::uint64_t>(points.dim()));
  for (const double v : points.all()) {
    add(std::bit_cast<std::uint64_t>(v));
    hash ^= hash >> 29;
  }
  return hash;
}

/// f(p, q, seed) with the last four results kept, by the contents of the samples; an Error is kept
/// too. Copies of what is returned share them. For one thread.
template <class F>
auto remembered(F f) {
  using Result = decltype(f(std::declval<PointsView>(), std::declval<PointsView>(), 0ull));
  using Key = std::array<std::uint64_t, 3>;
  using Kept = std::variant<Result, std::exception_ptr>;
  constexpr std::size_t kMost = 4;
  auto results = std::make_shared<std::deque<std::pair<Key, Kept>>>();
  return [f, results](const PointsView& p, const PointsView& q, std::uint64_t seed) -> Result {
    const Key key = {content_hash(p), content_hash(q), seed};
    const auto give = [](const Kept& kept) -> Result {
      if (kept.index() == 1) std::rethrow_exception(std::get<1>(kept));
      return std::get<0>(kept);
    };
    for (const auto& [known, kept] : *results) {
      if (known == key) return give(kept);
    }
    if (results->size() == kMost) results->pop_front();
    try {
      results->emplace_back(key, Kept(std::in_place_index<0>, f(p, q, seed)));
    } catch (...) {
      results->emplace_back(key, Kept(std::in_place_index<1>, std::current_exception()));
    }
    return give(results->back().second);
  };
}

}  // namespace elbow
