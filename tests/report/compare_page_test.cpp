#include "report/compare_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>

#include "report/compare_charts.h"
#include "report/compare_samples.h"
#include "report/numbers.h"
#include "report/svg.h"
#include "tests/report/run_files.h"
#include "tests/support/temp_dir.h"

namespace elbow::report {
namespace {

using elbow::testing::put;
using elbow::testing::TempDir;
using elbow::testing::write_run;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using Runs = std::vector<Run>;  // in a test, Run is its method

std::string chunk(const std::string& kind, const std::string& bytes) {
  const auto size = static_cast<unsigned>(bytes.size());
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift);
  return out + kind + bytes + "CRC!";
}

void put_picture(const std::filesystem::path& run, const std::string& name,
                 const std::string& pixels) {
  put(run / "samples" / name,
      "\x89PNG\r\n\x1a\n" + chunk("IHDR", "header") + chunk("IDAT", pixels) + chunk("IEND", ""));
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(ComparePage, EscapesAndLoadsNothing) {
  const TempDir dir;
  const auto path = write_run(dir.path(), {.name = "<b>&'x'"});
  const auto other = write_run(dir.path(), {.name = "b", .beta = 4.0, .kl = 5});
  for (const auto& run : {path, other}) put_picture(run, "step_000100.png", "pixels");
  const Runs runs = {read_run(path), read_run(other)};
  const std::string page = compare_page(compare_runs(runs, {}));
  EXPECT_THAT(page, Not(HasSubstr("<b>&'x'")));
  EXPECT_THAT(page, HasSubstr("&lt;b&gt;&amp;&#39;x&#39;"));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  for (const char* door : {"http://", "https://", "<link rel=\"stylesheet\"", "@import", "url("}) {
    EXPECT_THAT(page, Not(HasSubstr(door)));
  }
  EXPECT_EQ(count(page, "data:image/png;base64,"), 2u);
  EXPECT_THAT(page, HasSubstr("Rate and distortion"));
  EXPECT_THAT(page, HasSubstr("What did swapping do to <code>elbo/kl</code>?"));
  // 20 against 5, each with a standard error of 0.05.
  EXPECT_THAT(page, HasSubstr("<b>B</b> is 15.000 ± 0.071 nats below A, significant"));
  // Each picture has a curve per run, on three axes; three terms and the plane.
  EXPECT_EQ(count(page, "<g class=\"s0\">"), 3u * 3u + 1u);
  EXPECT_EQ(count(page, "<g class=\"s1\">"), 3u * 3u + 1u);
}

TEST(ComparePage, QuantitiesThatDifferAreNotSubtracted) {
  const TempDir dir;
  const Runs runs = {read_run(write_run(dir.path(), {.name = "a"})),
                     read_run(write_run(dir.path(), {.name = "b", .likelihood = "gaussian"}))};
  const std::string page = compare_page(compare_runs(runs, {}));
  EXPECT_THAT(page, HasSubstr("Not the same quantity in all runs (likelihood.name)"));
  EXPECT_THAT(page, HasSubstr("Distortions do not compare: likelihood.name"));
}

TEST(CompareSamples, CommonStepsTheLastAmongThem) {
  const TempDir dir;
  const auto a = write_run(dir.path(), {.name = "a"});
  const auto b = write_run(dir.path(), {.name = "b", .beta = 2.0});
  for (int step = 0; step < 20; ++step) {
    const std::string name =
        "step_" + std::string(step < 10 ? "00000" : "0000") + std::to_string(step) + ".png";
    put_picture(a, name, std::string(3000, 'a'));
    if (step != 7) put_picture(b, name, std::string(3000, 'b'));
  }
  const Runs runs = {read_run(a), read_run(b)};
  std::vector<std::string> notes, steps;
  const auto groups = group_by_seed(runs, notes);
  samples_side_by_side(groups, 1'000'000, steps);
  EXPECT_THAT(steps, ElementsAre("0", "2", "5", "8", "11", "13", "16", "19"));
  const std::string few = samples_side_by_side(groups, 30'000, steps);
  EXPECT_THAT(steps, ElementsAre("0", "10", "19"));
  EXPECT_LE(few.size(), 30'000u);
  EXPECT_EQ(samples_side_by_side(groups, 100, steps), "");
}

TEST(CompareCharts, LongCurvesAreThinnedAndSeedsAveraged) {
  const TempDir dir;
  Runs runs = {read_run(write_run(dir.path(), {.name = "a", .seed = 1})),
               read_run(write_run(dir.path(), {.name = "b", .seed = 2}))};
  for (std::size_t i = 0; i < 2; ++i) {
    std::string lines;
    for (int step = 1; step <= 1000; ++step) {
      lines += "{\"step\":" + std::to_string(step) +
               ",\"split\":\"train\",\"kl\":" + std::to_string(step + 2 * static_cast<int>(i)) +
               "}\n";
    }
    runs[i].metrics = parse_metrics(lines, "m");
  }
  std::vector<std::string> notes;
  const auto groups = group_by_seed(runs, notes);
  ASSERT_THAT(groups, SizeIs(1));
  const Curve curve = term_curve(groups[0], 0, "kl", "train", At::steps, 10);
  ASSERT_THAT(curve.points, SizeIs(10));
  EXPECT_DOUBLE_EQ(curve.points[0].x, 50.5);  // the mean of 1 ... 100
  EXPECT_DOUBLE_EQ(curve.points[0].y, 51.5);
  EXPECT_DOUBLE_EQ(curve.points[0].error, 1.0);  // two seeds that differ by two
}

// Averaged by row, the shorter run's later steps would meet the longer one's earlier ones.
TEST(CompareCharts, SeedsOfUnequalLengthAreAveragedAtEqualSteps) {
  const TempDir dir;
  Runs runs = {read_run(write_run(dir.path(), {.name = "a", .seed = 1})),
               read_run(write_run(dir.path(), {.name = "b", .seed = 2}))};
  for (std::size_t i = 0; i < 2; ++i) {
    std::string lines;
    for (int step = 1; step <= (i == 0 ? 1000 : 510); ++step) {
      const std::string number = std::to_string(step);
      lines += "{\"step\":" + number + ",\"split\":\"train\",\"kl\":" + number + "}\n";
    }
    runs[i].metrics = parse_metrics(lines, "m");
  }
  std::vector<std::string> notes;
  const Curve curve = term_curve(group_by_seed(runs, notes)[0], 0, "kl", "train", At::steps, 10);
  ASSERT_THAT(curve.points, SizeIs(10));
  for (const auto& point : curve.points) {
    EXPECT_DOUBLE_EQ(point.y, point.x);
    EXPECT_EQ(point.error, 0.0);
  }
  EXPECT_DOUBLE_EQ(curve.points[9].x, 485.0);  // the mean of 460 ... 510
}

TEST(Svg, TicksAreRoundAndInside) {
  EXPECT_THAT(ticks(0.0, 1.0, 5), ElementsAre(0.0, 0.2, 0.4, 0.2 * 3, 0.8, 1.0));
  EXPECT_THAT(ticks(-130.0, -95.0, 4), ElementsAre(-130.0, -120.0, -110.0, -100.0));
  EXPECT_THAT(ticks(1.0, 1.0, 4), IsEmpty());
}

TEST(Svg, LabelsDoNotOverlap) {
  EXPECT_THAT(spread_labels({10.0, 100.0}, 12.0), ElementsAre(10.0, 100.0));
  EXPECT_THAT(spread_labels({50.0, 50.0}, 12.0), ElementsAre(44.0, 56.0));
  EXPECT_THAT(spread_labels({52.0, 50.0, 90.0}, 12.0), ElementsAre(57.0, 45.0, 90.0));
}

TEST(Svg, PointsThatAreNoNumbersAreLeftOut) {
  const double nan = std::nan("");
  Chart chart{"t", "x", "y", {{"A", 0, {{nan, 1, 0}, {1, nan, 0}}}}, {}, {}};
  EXPECT_EQ(line_chart(chart), "");
  chart.curves[0].points = {{0, 0, 0}, {1, nan, 0}, {2, 4, 0}};
  const std::string svg = line_chart(chart);
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_TRUE(std::regex_search(svg, std::regex("<polyline points=\"[0-9.]+,[0-9.]+ "
                                                "[0-9.]+,[0-9.]+\"/><circle")));
}

// A record without an error narrows the band to the curve; it does not bridge to the next one.
TEST(Svg, BandsHaveEveryPointTwice) {
  Chart chart{"t", "x", "y", {{"A", 0, {{0, 0, 1}, {1, 0, 0}, {2, 0, 1}}}}, {}, {}};
  std::smatch points;
  const std::string svg = line_chart(chart);
  ASSERT_TRUE(std::regex_search(svg, points, std::regex("polygon points=\"([^\"]*)\"")));
  EXPECT_EQ(count(points[1], ","), 6u);
  chart.curves[0].points = {{0, 0, 0}, {1, 0, 0}};
  EXPECT_THAT(line_chart(chart), Not(HasSubstr("polygon")));
}

TEST(Numbers, AsManyDigitsAsTheErrorLeaves) {
  EXPECT_EQ(with_error(-100.4321, 0.2234), "-100.43 ± 0.22");
  EXPECT_EQ(with_error(12345.678, 24.0), "12346 ± 24");
  EXPECT_EQ(with_error(20.0, {}), "20");
  EXPECT_EQ(with_error(0.51234567, {}), "0.5123");
  EXPECT_EQ(with_error(1.25e-5, 2e-7), "1.25e-05 ± 2e-07");
  EXPECT_EQ(with_error(std::nan(""), {}), "nan");
}

}  // namespace
}  // namespace elbow::report
