// The functions of one or two numbers that every equation knows.
#pragma once

#include <string>
#include <vector>

#include "equations/expression.h"
#include "equations/interval.h"

namespace elbow::equations {

/// `value` and `range` take as many arguments as `arity` says; the second is ignored for one.
/// `slopes`: the derivative in each argument as a tree over the arguments.
struct Function {
  std::string name;
  int arity = 1;
  std::string latex;  ///< "\\ln", with "#1" and "#2" where the arguments stand between something
  double (*value)(double a, double b) = nullptr;
  Interval (*range)(Interval a, Interval b) = nullptr;
  std::vector<ExpressionPtr> (*slopes)(const ExpressionPtr& a, const ExpressionPtr& b) = nullptr;
};

/// ln exp sqrt abs sq relu softplus sigmoid tanh min max sign step. step(x) is 1 for x > 0 and 0
/// elsewhere, sign(0) is 0: what relu and abs leave behind when they are differentiated.
const std::vector<Function>& functions();
/// Null for a name that is none of them.
const Function* find_function(const std::string& name);

}  // namespace elbow::equations
