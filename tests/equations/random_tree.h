// Random trees for properties that hold for every equation.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "equations/expression.h"
#include "equations/functions.h"

namespace elbow::equations::testing {

class RandomTree {
 public:
  RandomTree(std::uint64_t seed, std::vector<std::string> names, bool scalar)
      : random_(seed), names_(std::move(names)), scalar_(scalar) {}

  ExpressionPtr operator()(int depth = 5) {
    if (depth <= 1 || below(6) == 0) return leaf();
    switch (below(scalar_ ? 8 : 11)) {
      case 0:
        return negate((*this)(depth - 1));
      case 1:
        return pair(Kind::add, depth);
      case 2:
        return pair(Kind::subtract, depth);
      case 3:
        return pair(Kind::multiply, depth);
      case 4:
        return pair(Kind::divide, depth);
      case 5:
        return pair(Kind::power, depth);
      case 6:
      case 7: {
        const Function& f = functions()[below(static_cast<unsigned>(functions().size()))];
        std::vector<ExpressionPtr> arguments;
        for (int i = 0; i < f.arity; ++i) arguments.push_back((*this)(depth - 1));
        return apply(f.name, std::move(arguments));
      }
      case 8:
        return expectation(one_of({"", "p", "q", "k"}), (*this)(depth - 1));
      case 9:
        return sum("j", (*this)(depth - 1));
      default:
        return law(depth);
    }
  }

 private:
  unsigned below(unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random_); }
  std::string one_of(const std::vector<std::string>& all) {
    return all[below(static_cast<unsigned>(all.size()))];
  }
  ExpressionPtr pair(Kind kind, int depth) {
    ExpressionPtr a = (*this)(depth - 1);
    return binary(kind, std::move(a), (*this)(depth - 1));
  }
  ExpressionPtr leaf() {
    if (below(2) == 0) return name(one_of(names_));
    switch (below(3)) {
      case 0:
        return number(below(10));
      case 1:
        return number(std::uniform_real_distribution<double>(0.0, 2.0)(random_));
      default:
        return number(std::exp(std::uniform_real_distribution<double>(-40.0, 40.0)(random_)));
    }
  }
  ExpressionPtr law(int depth) {
    const ExpressionPtr q = apply("q", {name("z")}, {name("x")});
    switch (below(5)) {
      case 0:
        return apply("p", {name("x")}, {name("z")});
      case 1:
        return apply("KL", {q, apply("p", {name("z")})});
      case 2:
        return apply("ln", {q});
      case 3:
        return apply("I_q", {name("x"), name("z")});
      default:
        return apply("C", {(*this)(depth - 1)});
    }
  }

  std::mt19937_64 random_;
  std::vector<std::string> names_;
  bool scalar_;
};

}  // namespace elbow::equations::testing
