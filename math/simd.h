// Elementary functions that a compiler can vectorise, for the hot loops in *_kernels.cpp.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

// Compiles a function once per instruction set and picks one when the program starts. The resolver
// runs before the sanitisers are ready, so not under them.
#if defined(__SANITIZE_ADDRESS__)
#define ELBOW_CLONES
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ELBOW_CLONES
#endif
#endif
#if !defined(ELBOW_CLONES)
#if defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__)
#define ELBOW_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define ELBOW_CLONES
#endif
#endif
#define ELBOW_INLINE inline __attribute__((always_inline))

namespace elbow::simd {

/// x = n ln 2 + r with |r| <= ln(2) / 2; `n` as integer and as float.
struct Reduced {
  std::int32_t n;
  float r;
};

ELBOW_INLINE Reduced reduce(float x) {
  const float magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  const float shifted = x * 1.44269504f + magic;
  const float n = shifted - magic;
  // ln 2 in two parts, so that n ln 2 is subtracted exactly.
  const float r = (x - n * 0.693145752f) - n * 1.42860677e-6f;
  return {std::bit_cast<std::int32_t>(shifted) - 0x4B400000, r};
}

/// (e^r - 1 - r) / r^2 for |r| <= ln(2) / 2; minimax, relative error 1.4e-7.
ELBOW_INLINE float exp_tail(float r) {
  return 0.500000001f +
         r * (0.166665766f + r * (0.0416664642f + r * (0.00836323538f + r * 0.00139337332f)));
}

ELBOW_INLINE float power_of_two(std::int32_t n) { return std::bit_cast<float>((n + 127) << 23); }

/// e^x for x <= 0; relative error below 1e-7; 0 below -87.
ELBOW_INLINE float exp_nonpositive(float x) {
  const float clamped = x < -87.0f ? -87.0f : x;
  const auto [n, r] = reduce(clamped);
  const float y = (1.0f + (r + r * r * exp_tail(r))) * power_of_two(n);
  return x < -87.0f ? 0.0f : y;
}

/// e^x; relative error below 1e-7 while the result is a normal number, 0 below, inf above.
ELBOW_INLINE float exp(float x) {
  float clamped = x < -87.0f ? -87.0f : x;
  clamped = clamped > 88.8f ? 88.8f : clamped;
  const auto [n, r] = reduce(clamped);
  const std::int32_t half = n >> 1;  // 2^128 is no float: scale in two steps
  const float y = (1.0f + (r + r * r * exp_tail(r))) * power_of_two(half) * power_of_two(n - half);
  return x < -87.0f ? 0.0f : y;
}

/// e^x - 1 - x >= 0, without the cancellation around 0.
ELBOW_INLINE float expm1_minus(float x) {
  float clamped = x < -87.0f ? -87.0f : x;
  clamped = clamped > 88.8f ? 88.8f : clamped;
  const auto [n, r] = reduce(clamped);
  const std::int32_t half = n >> 1;
  const float first = power_of_two(half);
  const float second = power_of_two(n - half);
  const float tail = r * r * exp_tail(r);
  // 2^n (1 + r + tail) - 1 - x, each difference exact for n = 0.
  return (tail * first) * second + ((r * first) * second - x) + (first * second - 1.0f);
}

/// ln(1 + e) for 0 <= e <= 1 as 2 artanh(e / (2 + e)); relative error below 2e-7.
ELBOW_INLINE float log1p_unit(float e) {
  const float s = e / (2.0f + e);
  const float u = s * s;
  const float p =
      1.0f + u * (0.333331579f + u * (0.200124309f + u * (0.139806415f + u * 0.140876781f)));
  return 2.0f * s * p;
}

/// e^x in float64; relative error below 1e-15 while the result is a normal number.
ELBOW_INLINE double exp(double x) {
  double clamped = x < -708.0 ? -708.0 : x;
  clamped = clamped > 709.0 ? 709.0 : clamped;
  const double magic = 6755399441055744.0;  // 1.5 * 2^52
  const double shifted = clamped * 1.4426950408889634 + magic;
  const double n = shifted - magic;
  const double r = (clamped - n * 0.6931471803691238) - n * 1.9082149292705877e-10;
  double p = 1.0 / 6227020800.0;
  p = p * r + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  const std::int64_t bits = std::bit_cast<std::int64_t>(shifted) - 0x4338000000000000;
  const double y = p * std::bit_cast<double>((bits + 1023) << 52);
  const double limit = std::numeric_limits<double>::infinity();
  return x < -708.0 ? 0.0 : (x > 709.0 ? limit : y);
}

}  // namespace elbow::simd
