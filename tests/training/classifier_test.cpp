#include "training/classifier.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/error.h"
#include "math/threads.h"
#include "math/torch_compat.h"
#include "tests/support/temp_dir.h"

namespace elbow::testing {
namespace {

Dataset glyphs(std::int64_t train = 256) {
  return load_dataset({.name = "glyphs", .train_count = train, .test_count = 64});
}

const ClassifierSettings kShort = {.epochs = 1, .batch_size = 64};

TEST(Classifier, LeNetGives84FeaturesAndTheirLogits) {
  at::Generator init = make_generator(1);
  LeNet net(10, init);
  EXPECT_EQ(net.parameter_count(), 61706) << "LeNet-5 with full connections";
  const Dataset data = glyphs();
  const Tensor x = gather(data.test, data.dim, {0, 1, 2}, {}, 0, 0).x;
  const NoGrad no_grad;
  const Tensor hidden = net.features(x);
  EXPECT_EQ(shape_text(hidden), "[3, 84]");
  EXPECT_TRUE(net.forward(x, Mode::eval).equal(net.logits(hidden)));
  EXPECT_THROW(net.features(x.slice(1, 0, 5)), Error);
}

TEST(Classifier, IsKeptUnderItsKeyAndReadBackBitForBit) {
  const TempDir dir;
  const Dataset data = glyphs();
  const Classifier first = cached_classifier(dir.path() / "cache", data, kShort);
  EXPECT_EQ(first.tested, 64);
  const Classifier again = cached_classifier(dir.path() / "cache", data, kShort,
                                             [](double) { FAIL() << "trained again"; });
  EXPECT_EQ(again.hash, first.hash);
  EXPECT_EQ(again.correct, first.correct);
  EXPECT_NE(classifier_key(glyphs(128), kShort), classifier_key(data, kShort));
  EXPECT_NE(classifier_key(data, {.epochs = 2, .batch_size = 64}), classifier_key(data, kShort));
}

// One thread trains it, whatever the program has: sums in another order would give other weights.
TEST(Classifier, IsTheSameOnAnyNumberOfThreads) {
  const Dataset data = glyphs();
  configure_threads(2);
  const Classifier two = train_classifier(data, kShort);
  EXPECT_EQ(at::get_num_threads(), 2) << "as before";
  configure_threads(1);
  EXPECT_EQ(train_classifier(data, kShort).hash, two.hash);
}

TEST(Classifier, ADamagedFileIsTrainedAnew) {
  const TempDir dir;
  const Dataset data = glyphs();
  const Classifier first = cached_classifier(dir.path(), data, kShort);
  const auto file = std::filesystem::directory_iterator(dir.path())->path();
  std::filesystem::resize_file(file, 1000);
  bool trained = false;
  const Classifier again =
      cached_classifier(dir.path(), data, kShort, [&](double) { trained = true; });
  EXPECT_TRUE(trained);
  EXPECT_EQ(again.hash, first.hash);
}

TEST(Classifier, StoppedTrainingLeavesNothing) {
  const TempDir dir;
  EXPECT_THROW(cached_classifier(dir.path(), glyphs(), kShort, [](double) { throw Error("stop"); }),
               Error);
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST(Classifier, DataWithoutLabelsAreRefused) {
  const Dataset ring = load_dataset({.name = "ring", .train_count = 64, .test_count = 64});
  EXPECT_FALSE(labelled_images(ring));
  EXPECT_THROW(train_classifier(ring, kShort), Error);
}

TEST(ClassifierSlow, LearnsGlyphs) {
  EXPECT_GT(train_classifier(glyphs(4000), {.epochs = 4, .batch_size = 64}).accuracy(), 0.8);
}

}  // namespace
}  // namespace elbow::testing
