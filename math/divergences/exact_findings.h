// Exact values as they are found, each with the digits that it has.
#pragma once

#include <string>
#include <vector>

#include "math/divergences/approximate.h"
#include "math/divergences/exact.h"

namespace elbow {

/// The rows of one route. A value of fewer than 10 digits gets its error as a note, one that is
/// below its error is 0 to within what the note says, and one without a controlled error is left
/// out. NaN without a reason is a quantity that is not defined here.
class ExactFindings {
 public:
  ExactFindings(std::string estimator, std::vector<LeftOut>& left_out)
      : estimator_(std::move(estimator)), left_out_(left_out) {}
  void add(const std::string& quantity, const Approximate& x, std::string note = {});
  void add(const std::string& quantity, double value, double relative_error, std::string note = {});
  std::vector<Finding> take() { return std::move(found_); }

 private:
  std::string estimator_;
  std::vector<LeftOut>& left_out_;
  std::vector<Finding> found_;
};

}  // namespace elbow
