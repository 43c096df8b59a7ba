#include "data/sampler.h"

#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <set>

#include "core/error.h"
#include "math/threefry.h"
#include "tests/data/environment.h"

#ifdef ELBOW_RAPIDCHECK
#include <rapidcheck/gtest.h>
#endif

namespace elbow {
namespace {

using ::testing::HasSubstr;

Split random_split(std::int64_t count, std::int64_t dim) {
  Split split{.count = count, .pixels = {}, .points = {}, .labels = {}};
  CounterStream random(99, 0);
  for (std::int64_t i = 0; i < count * dim; ++i) {
    const std::uint32_t bits = random.bits();
    // A third of the pixels at each end of the range.
    const std::uint32_t grey = bits % 3 == 0 ? 0 : bits % 3 == 1 ? 255 : (bits >> 8) % 256;
    split.pixels.push_back(static_cast<std::uint8_t>(grey));
  }
  for (std::int64_t i = 0; i < count; ++i)
    split.labels.push_back(static_cast<std::uint8_t>(i % 10));
  return split;
}

Dataset dataset_of(Split split, std::int64_t dim) {
  Dataset data;
  data.name = "test";
  data.dim = dim;
  data.train = std::move(split);
  return data;
}

std::vector<float> values(const Tensor& x) {
  const Tensor c = x.contiguous();
  return {c.data_ptr<float>(), c.data_ptr<float>() + c.numel()};
}

std::vector<std::int64_t> all_indices(std::int64_t count) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(count));
  std::iota(indices.begin(), indices.end(), std::int64_t{0});
  return indices;
}

/// The contract of gather, one pixel at a time in double.
float naive(std::uint8_t k, const PixelTransform& transform, std::int64_t dim, std::int64_t pixel,
            std::int64_t row, std::int64_t index, std::uint64_t key, std::uint64_t counter) {
  double x = k / 255.0;
  if (transform.binarize == Binarize::threshold) x = k >= 128 ? 1 : 0;
  if (transform.binarize == Binarize::fixed || transform.binarize == Binarize::dynamic) {
    const bool fixed = transform.binarize == Binarize::fixed;
    const std::int64_t blocks = (dim + 3) / 4;
    if (fixed) counter = 0;
    std::array<std::uint32_t, 4> w = {
        static_cast<std::uint32_t>(pixel % blocks), static_cast<std::uint32_t>(fixed ? index : row),
        static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32)};
    threefry4x32(w[0], w[1], w[2], w[3],
                 threefry_key(fixed ? transform.seed : key,
                              fixed ? RandomUse::static_bits : RandomUse::dynamic_bits));
    const double u = (w[static_cast<std::size_t>(pixel / blocks)] >> 8) * 0x1p-24;
    x = u < std::round(k / 255.0 * 0x1p24) * 0x1p-24 ? 1 : 0;
  }
  const auto value = static_cast<float>(x);
  return transform.symmetric ? 2 * value - 1 : value;
}

const std::vector<Binarize> kAll = {Binarize::none, Binarize::threshold, Binarize::fixed,
                                    Binarize::dynamic};

TEST(Gather, EqualsANaiveLoopBitForBit) {
  // Widths around vectors and chunks; 784 and one that needs several chunks.
  for (const std::int64_t dim : {1, 2, 3, 5, 63, 64, 65, 784, 1023, 3000}) {
    const Split split = random_split(9, dim);
    const std::vector<std::int64_t> indices = {8, 0, 3, 3, 7};
    for (const Binarize binarize : kAll) {
      for (const bool symmetric : {false, true}) {
        const PixelTransform transform{.binarize = binarize, .symmetric = symmetric, .seed = 6};
        const std::uint64_t key = 0x123456789abcdef0, counter = (std::uint64_t{7} << 32) + 5;
        const auto x = values(gather(split, dim, indices, transform, key, counter).x);
        for (std::int64_t r = 0; r < 5; ++r) {
          for (std::int64_t p = 0; p < dim; ++p) {
            const auto index = indices[static_cast<std::size_t>(r)];
            const auto k = split.pixels[static_cast<std::size_t>(index * dim + p)];
            ASSERT_EQ(x[static_cast<std::size_t>(r * dim + p)],
                      naive(k, transform, dim, p, r, index, key, counter))
                << "dim " << dim << " row " << r << " pixel " << p << " mode "
                << static_cast<int>(binarize);
          }
        }
      }
    }
  }
}

TEST(Gather, ShapesLabelsAndIndices) {
  const Split split = random_split(20, 6);
  const DataBatch batch = gather(split, 6, {3, 19, 11}, {}, 0, 0);
  EXPECT_EQ(batch.x.sizes(), (at::IntArrayRef{3, 6}));
  EXPECT_EQ(batch.x.scalar_type(), at::kFloat);
  EXPECT_EQ(batch.labels.scalar_type(), at::kLong);
  const std::int64_t* labels = batch.labels.data_ptr<std::int64_t>();
  EXPECT_EQ(std::vector<std::int64_t>(labels, labels + 3), (std::vector<std::int64_t>{3, 9, 1}));
  EXPECT_EQ(batch.indices, (std::vector<std::int64_t>{3, 19, 11}));
  Split unlabelled = split;
  unlabelled.labels.clear();
  EXPECT_FALSE(gather(unlabelled, 6, {0}, {}, 0, 0).labels.defined());
}

TEST(Gather, PointsPassUnchanged) {
  const Split split{.count = 3, .pixels = {}, .points = {1, 2, 3, 4, 5, 6}, .labels = {}};
  const PixelTransform transform{.binarize = Binarize::dynamic, .symmetric = true, .seed = 1};
  EXPECT_EQ(values(gather(split, 2, {2, 0}, transform, 1, 1).x), (std::vector<float>{5, 6, 1, 2}));
}

TEST(Gather, RangesOfGreyAndSymmetric) {
  const Split split{.count = 1, .pixels = {0, 255, 51}, .points = {}, .labels = {}};
  EXPECT_EQ(values(gather(split, 3, {0}, {}, 0, 0).x), (std::vector<float>{0, 1, 51 / 255.0f}));
  EXPECT_EQ(values(gather(split, 3, {0}, {.symmetric = true}, 0, 0).x),
            (std::vector<float>{-1, 1, 2 * (51 / 255.0f) - 1}));
}

TEST(Gather, BlackIsNeverAndWhiteAlwaysOne) {
  constexpr std::int64_t dim = 4096;
  Split split{
      .count = 2, .pixels = std::vector<std::uint8_t>(2 * dim, 0), .points = {}, .labels = {}};
  std::fill(split.pixels.begin() + dim, split.pixels.end(), std::uint8_t{255});
  for (std::uint64_t counter = 0; counter < 500; ++counter) {
    for (const Binarize binarize : {Binarize::fixed, Binarize::dynamic}) {
      const PixelTransform transform{.binarize = binarize, .symmetric = false, .seed = counter};
      const auto x = values(gather(split, dim, {0, 1}, transform, 1, counter).x);
      ASSERT_EQ(std::count(x.begin(), x.begin() + dim, 0.0f), dim);
      ASSERT_EQ(std::count(x.begin() + dim, x.end(), 1.0f), dim);
    }
  }
}

TEST(Gather, StaticBitsBelongToTheImage) {
  const Split split = random_split(50, 100);
  const PixelTransform transform{.binarize = Binarize::fixed, .symmetric = false, .seed = 3};
  const auto whole = values(gather(split, 100, all_indices(50), transform, 1, 1).x);
  for (const std::uint64_t counter : {0u, 9u}) {
    const auto part = values(gather(split, 100, {30, 2, 30}, transform, counter + 5, counter).x);
    for (std::size_t p = 0; p < 100; ++p) {
      ASSERT_EQ(part[p], whole[30 * 100 + p]);
      ASSERT_EQ(part[100 + p], whole[2 * 100 + p]);
      ASSERT_EQ(part[200 + p], part[p]);
    }
  }
  PixelTransform other = transform;
  other.seed = 4;
  EXPECT_NE(values(gather(split, 100, all_indices(50), other, 1, 1).x), whole);
}

TEST(Gather, StaticBitsOfTwoSplitsAreNotTheSame) {
  Split train = random_split(50, 100), test = train;
  test.stream = 2;
  const PixelTransform transform{.binarize = Binarize::fixed, .symmetric = false, .seed = 3};
  EXPECT_NE(values(gather(train, 100, all_indices(50), transform, 1, 1).x),
            values(gather(test, 100, all_indices(50), transform, 1, 1).x));
  const Dataset data =
      load_dataset({.name = "glyphs", .validation = 4, .train_count = 9, .test_count = 4});
  EXPECT_NE(data.train.stream, data.test.stream);
  EXPECT_NE(data.train.stream, data.valid.stream);
  EXPECT_NE(data.valid.stream, data.test.stream);
}

TEST(Gather, DynamicBitsAreFreshPerKeyCounterAndRow) {
  const Split split{
      .count = 1, .pixels = std::vector<std::uint8_t>(256, 128), .points = {}, .labels = {}};
  const PixelTransform transform{.binarize = Binarize::dynamic, .symmetric = false, .seed = 1};
  std::set<std::vector<float>> seen;
  for (std::uint64_t key : {1ull, 2ull, 1ull << 40}) {
    for (std::uint64_t counter : {0ull, 1ull, 1ull << 40}) {
      const auto x = values(gather(split, 256, {0, 0}, transform, key, counter).x);
      seen.insert({x.begin(), x.begin() + 256});
      seen.insert({x.begin() + 256, x.end()});
    }
  }
  EXPECT_EQ(seen.size(), 18u);
}

TEST(Gather, IsIndependentOfTheNumberOfThreads) {
  const Split split = random_split(300, 784);
  const int before = at::get_num_threads();
  for (const Binarize binarize : kAll) {
    const PixelTransform transform{.binarize = binarize, .symmetric = false, .seed = 3};
    at::set_num_threads(1);
    const auto one = values(gather(split, 784, all_indices(300), transform, 4, 2).x);
    at::set_num_threads(3);
    EXPECT_EQ(values(gather(split, 784, all_indices(300), transform, 4, 2).x), one);
  }
  at::set_num_threads(before);
}

TEST(Gather, IndicesOutsideTheSplitAreRefused) {
  const Split split = random_split(5, 4);
  EXPECT_THROW(gather(split, 4, {5}, {}, 0, 0), Error);
  EXPECT_THROW(gather(split, 4, {-1}, {}, 0, 0), Error);
}

TEST(Gather, BinarizeNames) {
  EXPECT_EQ(binarize_from("none"), Binarize::none);
  EXPECT_EQ(binarize_from("threshold"), Binarize::threshold);
  EXPECT_EQ(binarize_from("static"), Binarize::fixed);
  EXPECT_EQ(binarize_from("dynamic"), Binarize::dynamic);
  EXPECT_THROW(binarize_from("fixed"), Error);
}

/// Number of ones for each grey level in n draws, divided by n.
std::vector<double> frequencies(Binarize binarize, std::int64_t n) {
  Split split{.count = n, .pixels = {}, .points = {}, .labels = {}};
  for (std::int64_t i = 0; i < n; ++i) {
    for (int k = 0; k < 256; ++k) split.pixels.push_back(static_cast<std::uint8_t>(k));
  }
  const PixelTransform transform{.binarize = binarize, .symmetric = false, .seed = 8};
  const auto x = values(gather(split, 256, all_indices(n), transform, 12, 34).x);
  std::vector<double> share(256);
  for (std::size_t i = 0; i < x.size(); ++i) share[i % 256] += x[i] / static_cast<double>(n);
  return share;
}

// P(x = 1) = k / 255: no level off by five standard errors, and their squares sum to a chi-square.
TEST(GatherStatistical, ProbabilityIsTheGreyLevel) {
  constexpr std::int64_t n = 20'000;
  for (const Binarize binarize : {Binarize::fixed, Binarize::dynamic}) {
    const auto share = frequencies(binarize, n);
    double chi2 = 0;
    for (int k = 1; k < 255; ++k) {
      const double p = k / 255.0, se = std::sqrt(p * (1 - p) / n);
      const double z = (share[static_cast<std::size_t>(k)] - p) / se;
      EXPECT_LT(std::abs(z), 5) << k;
      chi2 += z * z;
    }
    EXPECT_NEAR(chi2, 254, 5 * std::sqrt(2.0 * 254));
    // Mutant: k / 256 in the place of k / 255.
    double mutant = 0;
    for (int k = 1; k < 255; ++k) {
      const double p = k / 256.0;
      mutant += std::pow(share[static_cast<std::size_t>(k)] - p, 2) / (p * (1 - p) / n);
    }
    EXPECT_GT(mutant, 254 + 5 * std::sqrt(2.0 * 254));
  }
}

// Fair bits of neighbouring pixels, rows, batches: correlations within five standard errors.
TEST(GatherStatistical, BitsAreIndependent) {
  constexpr std::int64_t rows = 2000, dim = 255;
  Split split{.count = rows, .pixels = {}, .points = {}, .labels = {}};
  split.pixels.assign(rows * dim, 127);
  const double p = 127 / 255.0, sd2 = p * (1 - p);
  for (const Binarize binarize : {Binarize::fixed, Binarize::dynamic}) {
    const PixelTransform transform{.binarize = binarize, .symmetric = false, .seed = 8};
    const auto a = values(gather(split, dim, all_indices(rows), transform, 5, 0).x);
    const auto correlation = [&](const std::vector<float>& b, std::size_t lag) {
      double sum = 0;
      for (std::size_t i = 0; i + lag < a.size(); ++i) sum += (a[i] - p) * (b[i + lag] - p);
      return sum / static_cast<double>(a.size() - lag) / sd2;
    };
    const double se = 1 / std::sqrt(static_cast<double>(rows * dim));
    for (const std::size_t lag : {1u, 2u, 63u, 64u, 65u, 255u, 510u}) {
      EXPECT_LT(std::abs(correlation(a, lag)), 5 * se) << lag;
    }
    const auto next = values(gather(split, dim, all_indices(rows), transform, 5, 1).x);
    if (binarize == Binarize::dynamic) {
      EXPECT_LT(std::abs(correlation(next, 0)), 5 * se);
    } else {
      EXPECT_GT(correlation(next, 0), 0.99);
    }
  }
}

TEST(BatchSampler, EachEpochVisitsAnImageAtMostOnce) {
  const Dataset data = dataset_of(random_split(103, 4), 4);
  BatchSampler sampler(data, data.train, {}, 10, 5);
  EXPECT_EQ(sampler.batches_per_epoch(), 10);
  std::set<std::vector<std::int64_t>> orders;
  std::set<std::int64_t> ever;
  for (int epoch = 0; epoch < 20; ++epoch) {
    std::vector<std::int64_t> order;
    for (int b = 0; b < 10; ++b) {
      const DataBatch batch = sampler.next();
      EXPECT_EQ(sampler.state().epoch, epoch);
      order.insert(order.end(), batch.indices.begin(), batch.indices.end());
    }
    EXPECT_EQ(std::set<std::int64_t>(order.begin(), order.end()).size(), 100u);
    orders.insert(order);
    ever.insert(order.begin(), order.end());
  }
  EXPECT_EQ(orders.size(), 20u);
  EXPECT_EQ(ever.size(), 103u);
  EXPECT_EQ(*ever.rbegin(), 102);
}

TEST(BatchSampler, SeedsGiveDifferentOrdersAndBits) {
  const Dataset data = dataset_of(random_split(50, 64), 64);
  const PixelTransform transform{.binarize = Binarize::dynamic, .symmetric = false, .seed = 1};
  BatchSampler a(data, data.train, transform, 50, 1), b(data, data.train, transform, 50, 1);
  BatchSampler c(data, data.train, transform, 50, 2);
  const DataBatch first = a.next(), same = b.next(), other = c.next();
  EXPECT_EQ(first.indices, same.indices);
  EXPECT_EQ(values(first.x), values(same.x));
  EXPECT_NE(first.indices, other.indices);
}

TEST(BatchSampler, RefusesWhatCannotBe) {
  const Dataset data = dataset_of(random_split(5, 4), 4);
  for (const std::int64_t size : {0, 6}) {
    try {
      BatchSampler sampler(data, data.train, {}, size, 1);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
      EXPECT_THAT(error.what(), HasSubstr("batch_size"));
    }
  }
  BatchSampler sampler(data, data.train, {}, 2, 1);
  try {
    sampler.restore({.epoch = 0, .position = 6, .seed = 1, .counter = 0});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::data);
  }
}

constexpr int kShuffled = 6, kEpochs = 36'000;

/// Chi-square of the counts (place, image) over many orders. Each order is a permutation, so that
/// its mean is n (n - 1) under uniform orders.
double order_chi2(const std::function<std::vector<std::int64_t>()>& next_order) {
  std::vector<int> count(kShuffled * kShuffled);
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    const auto order = next_order();
    for (std::size_t place = 0; place < kShuffled; ++place) {
      ++count[place * kShuffled + static_cast<std::size_t>(order[place])];
    }
  }
  const double expected = kEpochs / double{kShuffled};
  double chi2 = 0;
  for (const int c : count) chi2 += std::pow(c - expected, 2) / expected;
  return chi2;
}

TEST(BatchSamplerStatistical, EveryOrderIsAsLikely) {
  constexpr double mean = kShuffled * (kShuffled - 1);
  const double limit = mean + 5 * std::sqrt(2 * mean);
  const Dataset data = dataset_of(random_split(kShuffled, 1), 1);
  BatchSampler sampler(data, data.train, {}, kShuffled, 21);
  EXPECT_LT(order_chi2([&] { return sampler.next().indices; }), limit);
  // Mutant: each place swapped with any place, not with the ones before it.
  CounterStream random(21, 0);
  EXPECT_GT(order_chi2([&] {
              auto order = all_indices(kShuffled);
              for (auto& image : order) std::swap(image, order[random.below(kShuffled)]);
              return order;
            }),
            limit);
}

#ifdef ELBOW_RAPIDCHECK

const int kSeed = testing::fix_property_seed();

RC_GTEST_PROP(BatchSamplerProperty, ResumingGivesTheSameBatches, ()) {
  const auto count = *rc::gen::inRange<std::int64_t>(1, 60);
  const auto size = *rc::gen::inRange<std::int64_t>(1, count + 1);
  const auto before = *rc::gen::inRange(0, 40), after = *rc::gen::inRange(1, 20);
  const auto binarize = *rc::gen::elementOf(kAll);
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const Dataset data = dataset_of(random_split(count, 7), 7);
  const PixelTransform transform{.binarize = binarize, .symmetric = false, .seed = 2};
  BatchSampler whole(data, data.train, transform, size, seed);
  for (int i = 0; i < before; ++i) whole.next();
  BatchSampler resumed(data, data.train, transform, size, 0);
  resumed.restore(whole.state());
  for (int i = 0; i < after; ++i) {
    const DataBatch a = whole.next(), b = resumed.next();
    RC_ASSERT(a.indices == b.indices);
    RC_ASSERT(values(a.x) == values(b.x));
  }
  RC_ASSERT(whole.state().counter == static_cast<std::uint64_t>(before + after));
}

#endif

}  // namespace
}  // namespace elbow
