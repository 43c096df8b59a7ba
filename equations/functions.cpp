#include "equations/functions.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace elbow::equations {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double softplus(double x) { return std::fmax(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }
double sigmoid(double x) {
  return x >= 0.0 ? 1.0 / (1.0 + std::exp(-x)) : std::exp(x) / (1.0 + std::exp(x));
}
double step(double x) { return x > 0.0 ? 1.0 : x <= 0.0 ? 0.0 : x; }
double sign_of(double x) { return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x; }

/// Range of a function that grows.
template <double (*f)(double)>
Interval rising(Interval a, Interval) {
  return {f(a.low), f(a.high)};
}

Interval of_magnitude(Interval a) {
  if (a.low >= 0.0) return a;
  if (a.high <= 0.0) return -a;
  return {0.0, std::max(-a.low, a.high)};
}

ExpressionPtr one() { return number(1.0); }
ExpressionPtr times(ExpressionPtr a, ExpressionPtr b) { return binary(Kind::multiply, a, b); }
ExpressionPtr over(ExpressionPtr a, ExpressionPtr b) { return binary(Kind::divide, a, b); }
ExpressionPtr minus(ExpressionPtr a, ExpressionPtr b) { return binary(Kind::subtract, a, b); }

using Slopes = std::vector<ExpressionPtr>;

std::vector<Function> table() {
  std::vector<Function> all = {
      {.name = "ln",
       .latex = "\\ln",
       .value = [](double a, double) { return std::log(a); },
       .range = [](Interval a, Interval) -> Interval {
         return {a.low <= 0.0 ? -kInfinity : std::log(a.low),
                 a.high <= 0.0 ? -kInfinity : std::log(a.high)};
       },
       .slopes = [](const ExpressionPtr& a,
                    const ExpressionPtr&) { return Slopes{over(one(), a)}; }},
      {.name = "exp",
       .latex = "\\exp",
       .value = [](double a, double) { return std::exp(a); },
       .range = rising<std::exp>,
       .slopes = [](const ExpressionPtr& a,
                    const ExpressionPtr&) { return Slopes{apply("exp", {a})}; }},
      {.name = "sqrt",
       .latex = "\\sqrt{#1}",
       .value = [](double a, double) { return std::sqrt(a); },
       .range = [](Interval a, Interval) -> Interval {
         return {std::sqrt(std::fmax(a.low, 0.0)), std::sqrt(std::fmax(a.high, 0.0))};
       },
       .slopes =
           [](const ExpressionPtr& a, const ExpressionPtr&) {
             return Slopes{over(one(), times(number(2.0), apply("sqrt", {a})))};
           }},
      {.name = "abs",
       .latex = "\\left|#1\\right|",
       .value = [](double a, double) { return std::fabs(a); },
       .range = [](Interval a, Interval) { return of_magnitude(a); },
       .slopes = [](const ExpressionPtr& a,
                    const ExpressionPtr&) { return Slopes{apply("sign", {a})}; }},
      {.name = "sq",
       .latex = "\\left(#1\\right)^2",
       .value = [](double a, double) { return a * a; },
       .range = [](Interval a, Interval) -> Interval {
         const Interval m = of_magnitude(a);
         return {m.low * m.low, m.high * m.high};
       },
       .slopes = [](const ExpressionPtr& a,
                    const ExpressionPtr&) { return Slopes{times(number(2.0), a)}; }},
      {.name = "relu",
       .latex = "\\mathrm{relu}",
       .value = [](double a, double) { return a > 0.0    ? a
                                              : a <= 0.0 ? 0.0
                                                         : a; },
       .range = [](Interval a, Interval) -> Interval {
         return {std::fmax(a.low, 0.0), std::fmax(a.high, 0.0)};
       },
       .slopes = [](const ExpressionPtr& a,
                    const ExpressionPtr&) { return Slopes{apply("step", {a})}; }},
      {.name = "softplus",
       .latex = "\\mathrm{softplus}",
       .value = [](double a, double) { return softplus(a); },
       .range = rising<softplus>,
       .slopes = [](const ExpressionPtr& a,
                    const ExpressionPtr&) { return Slopes{apply("sigmoid", {a})}; }},
      {.name = "sigmoid",
       .latex = "\\mathrm{sigmoid}",
       .value = [](double a, double) { return sigmoid(a); },
       .range = rising<sigmoid>,
       .slopes =
           [](const ExpressionPtr& a, const ExpressionPtr&) {
             // σ(a) σ(−a): 1 − σ(a) would lose its digits.
             return Slopes{times(apply("sigmoid", {a}), apply("sigmoid", {negate(a)}))};
           }},
      {.name = "tanh",
       .latex = "\\tanh",
       .value = [](double a, double) { return std::tanh(a); },
       .range = rising<std::tanh>,
       .slopes =
           [](const ExpressionPtr& a, const ExpressionPtr&) {
             return Slopes{minus(one(), apply("sq", {apply("tanh", {a})}))};
           }},
      {.name = "min",
       .arity = 2,
       .latex = "\\min",
       .value = [](double a, double b) { return std::isnan(a) || a < b ? a : b; },
       .range = [](Interval a, Interval b) -> Interval {
         return {std::min(a.low, b.low), std::min(a.high, b.high)};
       },
       .slopes =
           [](const ExpressionPtr& a, const ExpressionPtr& b) {
             const ExpressionPtr first = apply("step", {minus(b, a)});
             return Slopes{first, minus(one(), first)};
           }},
      {.name = "max",
       .arity = 2,
       .latex = "\\max",
       .value = [](double a, double b) { return std::isnan(a) || a > b ? a : b; },
       .range = [](Interval a, Interval b) -> Interval {
         return {std::max(a.low, b.low), std::max(a.high, b.high)};
       },
       .slopes =
           [](const ExpressionPtr& a, const ExpressionPtr& b) {
             const ExpressionPtr first = apply("step", {minus(a, b)});
             return Slopes{first, minus(one(), first)};
           }},
      {.name = "sign",
       .latex = "\\mathrm{sign}",
       .value = [](double a, double) { return sign_of(a); },
       .range = rising<sign_of>,
       .slopes = [](const ExpressionPtr&, const ExpressionPtr&) { return Slopes{number(0.0)}; }},
      {.name = "step",
       .latex = "\\mathrm{step}",
       .value = [](double a, double) { return step(a); },
       .range = rising<step>,
       .slopes = [](const ExpressionPtr&, const ExpressionPtr&) { return Slopes{number(0.0)}; }},
  };
  return all;
}

}  // namespace

const std::vector<Function>& functions() {
  static const std::vector<Function> all = table();
  return all;
}

const Function* find_function(const std::string& name) {
  const auto& all = functions();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Function& f) { return f.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace elbow::equations
