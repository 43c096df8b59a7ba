#include "report/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

namespace elbow::report {
namespace {

/// Two splits that share a step, a key that one record lacks, and a NaN that was logged.
Run small_run() {
  Run run;
  run.metrics = parse_metrics(
      R"({"step":10,"epoch":1,"wall":0.5,"split":"test","elbo":-100.25,"elbo.se":0.5})"
      "\n"
      R"({"step":10,"epoch":1,"wall":0.5,"split":"train","elbo":-90,"elbo/kl":"nan"})"
      "\n"
      R"({"step":20,"epoch":2,"wall":1,"split":"train","elbo":"-inf"})"
      "\n",
      "metrics.jsonl");
  TermInfo elbo;
  elbo.unit = "nats, \"per sample\"";
  run.terms.entries = {{"elbo", elbo}};
  return run;
}

TEST(Csv, FieldsAreQuotedOnlyWhereTheyMustBe) {
  EXPECT_EQ(csv_field("elbo/kl"), "elbo/kl");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_field("a\nb"), "\"a\nb\"");
}

TEST(Csv, NumbersReadBackToTheSameDouble) {
  for (const double x : {0.1, 1.0 / 3.0, -1e-300, 12345678901234567.0, 5e-324}) {
    EXPECT_EQ(std::strtod(csv_number(x).c_str(), nullptr), x);
  }
  EXPECT_EQ(csv_number(0.1), "0.1");
  EXPECT_EQ(csv_number(-std::numeric_limits<double>::infinity()), "-inf");
  EXPECT_EQ(csv_number(std::numeric_limits<double>::quiet_NaN()), "nan");
}

TEST(Csv, WideHasALinePerRecordAndTellsAbsentFromNan) {
  EXPECT_EQ(wide_csv(small_run()),
            "step,epoch,wall,split,elbo,elbo/kl,elbo.se\n"
            "10,1,0.5,train,-90,nan,\n"
            "10,1,0.5,test,-100.25,,0.5\n"
            "20,2,1,train,-inf,,\n");
}

TEST(Csv, LongHasALinePerTermWithItsErrorAndUnit) {
  EXPECT_EQ(long_csv(small_run()),
            "step,epoch,wall,split,term,value,se,unit\n"
            "10,1,0.5,train,elbo,-90,,\"nats, \"\"per sample\"\"\"\n"
            "10,1,0.5,train,elbo/kl,nan,,\n"
            "10,1,0.5,test,elbo,-100.25,0.5,\"nats, \"\"per sample\"\"\"\n"
            "20,2,1,train,elbo,-inf,,\"nats, \"\"per sample\"\"\"\n");
}

}  // namespace
}  // namespace elbow::report
