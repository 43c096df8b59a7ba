#include "training/record_queue.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace elbow {
namespace {

/// Notes which observer saw which step.
class Witness : public Observer {
 public:
  Witness(std::string name, std::vector<std::string>& seen) : name_(std::move(name)), seen_(seen) {}
  std::string name() const override { return name_; }
  void step(StepRecord& record) override {
    if (record.step == fails_at) throw std::runtime_error("disk full");
    seen_.push_back(name_ + std::to_string(record.step));
  }
  bool prompt(const StepRecord& record) const override { return record.step == prompt_at; }

  std::int64_t prompt_at = -1, fails_at = -1;

 private:
  std::string name_;
  std::vector<std::string>& seen_;
};

struct Setting {
  std::vector<std::string> seen;
  std::vector<std::int64_t> done;
  double now = 0.0;
  Witness a{"a", seen}, b{"b", seen};
  std::vector<Observer*> observers{&a, &b};
  RecordQueue queue{observers, [this](StepRecord&& r) { done.push_back(r.step); },
                    [this] { return now; }};

  void add(std::int64_t step, const std::string& split = "train") {
    StepRecord record;
    record.step = step;
    record.split = split;
    queue.add(std::move(record));
  }
};

using Steps = std::vector<std::int64_t>;

TEST(RecordQueue, ComesInOrderAndEachRecordPassesAllObserversFirst) {
  Setting s;
  s.add(1);
  s.add(2);
  EXPECT_TRUE(s.seen.empty());
  s.queue.flush();
  EXPECT_EQ(s.seen, (std::vector<std::string>{"a1", "b1", "a2", "b2"}));
  EXPECT_EQ(s.done, (Steps{1, 2}));
  s.queue.flush();
  EXPECT_EQ(s.done.size(), 2u);
}

TEST(RecordQueue, HandsOverWhenFull) {
  Setting s;
  const auto full = static_cast<std::int64_t>(RecordQueue::capacity);
  for (std::int64_t i = 1; i < full; ++i) s.add(i);
  EXPECT_TRUE(s.done.empty());
  s.add(full);
  EXPECT_EQ(s.done.size(), RecordQueue::capacity);
}

TEST(RecordQueue, NobodyWaitsWhereStepsAreSlow) {
  Setting s;
  s.add(1);
  s.now = RecordQueue::patience;
  s.add(2);
  EXPECT_EQ(s.done, (Steps{1, 2}));
  s.now += 0.9 * RecordQueue::patience;
  s.add(3);
  EXPECT_EQ(s.done.size(), 2u);
}

TEST(RecordQueue, AnObserverThatLooksAtTheModelSeesItsStepAtOnce) {
  Setting s;
  s.b.prompt_at = 2;
  s.add(1);
  EXPECT_TRUE(s.done.empty());
  s.add(2);
  EXPECT_EQ(s.done, (Steps{1, 2}));
}

TEST(RecordQueue, OtherSplitsAreHandedOverAtOnceAfterWhatCameBefore) {
  Setting s;
  s.add(1);
  s.add(1, "valid");
  EXPECT_EQ(s.done, (Steps{1, 1}));
}

TEST(RecordQueue, AfterAnErrorNoRecordComesTwice) {
  Setting s;
  s.b.fails_at = 2;
  for (std::int64_t i = 1; i <= 3; ++i) s.add(i);
  EXPECT_THROW(s.queue.flush(), std::runtime_error);
  EXPECT_EQ(s.done, Steps{1});
  s.queue.flush();
  s.add(4);
  s.queue.flush();
  EXPECT_EQ(s.seen, (std::vector<std::string>{"a1", "b1", "a2", "a4", "b4"}));
  EXPECT_EQ(s.done, (Steps{1, 4}));
}

}  // namespace
}  // namespace elbow
