#include "math/densities/expression.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <functional>

#include "core/error.h"
#include "core/text.h"
#include "math/densities/families.h"

namespace elbow {
namespace {

// A number, a list of numbers or a list of lists, with its place in the text.
struct Argument {
  std::size_t begin = 0, end = 0;
  int depth = 0;  // 0: a number
  double number = 0.0;
  std::vector<Argument> items = {};
};

struct Family {
  std::string name, usage;
  std::size_t arguments;
  std::function<DensityPtr(const std::vector<double>&)> make;  // of one variable
};

const std::vector<Family>& families() {
  using Numbers = std::vector<double>;
  static const std::vector<Family> table = {
      {"normal", "normal(mean, standard deviation), as in normal(0,1)", 2,
       [](const Numbers& a) { return make_normal(a[0], a[1]); }},
      {"laplace", "laplace(location, scale), as in laplace(0,1)", 2,
       [](const Numbers& a) { return make_laplace(a[0], a[1]); }},
      {"logistic", "logistic(location, scale), as in logistic(0,1)", 2,
       [](const Numbers& a) { return make_logistic(a[0], a[1]); }},
      {"exponential", "exponential(rate), as in exponential(2)", 1,
       [](const Numbers& a) { return make_exponential(a[0]); }},
      {"uniform", "uniform(low, high), as in uniform(0,1)", 2,
       [](const Numbers& a) { return make_uniform(a[0], a[1]); }},
  };
  return table;
}

constexpr char kMixtureUsage[] =
    "mixture(weight*density, ...), as in mixture(0.5*normal(-2,1),0.5*normal(2,1))";
constexpr char kMatrixUsage[] =
    "in several dimensions normal takes a mean and a covariance, as in "
    "normal([0,0],[[1,0],[0,1]])";

std::vector<std::string> names() {
  std::vector<std::string> result;
  for (const Family& family : families()) result.push_back(family.name);
  result.push_back("mixture");
  return result;
}

std::vector<double> numbers(const Argument& list) {
  std::vector<double> result;
  for (const Argument& item : list.items) result.push_back(item.number);
  return result;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  DensityPtr whole() {
    const DensityPtr result = density();
    skip_blanks();
    if (at_ < text_.size()) fail(at_, text_.size(), "nothing may follow the density", "");
    return result;
  }

 private:
  static char printable(char c) { return std::isprint(static_cast<unsigned char>(c)) ? c : '?'; }

  [[noreturn]] void fail(std::size_t begin, std::size_t end, const std::string& message,
                         const std::string& hint) const {
    std::string shown(text_);
    for (char& c : shown) c = printable(c);
    std::string report = "error: " + message + (message.back() == '?' ? "" : ".") + "\n  " + shown +
                         "\n  " + std::string(begin, ' ') + "^" +
                         std::string(end > begin + 1 ? end - begin - 1 : 0, '~');
    if (!hint.empty()) report += "\nhint: " + hint + ".";
    throw Error(report, ExitCode::usage);
  }

  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }

  bool accept(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void expect(char c, const std::string& where, const std::string& hint) {
    if (accept(c)) return;
    const std::string what = std::string("expected '") + c + "' " + where;
    if (at_ >= text_.size()) fail(at_, at_, what + ", but the expression ends", hint);
    fail(at_, at_ + 1, what + ", not '" + printable(text_[at_]) + "'", hint);
  }

  std::string_view word() {
    skip_blanks();
    const std::size_t begin = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) {
      ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }

  double number(const std::string& hint) {
    skip_blanks();
    const std::size_t begin = at_;
    std::size_t first = begin;
    if (first < text_.size() && text_[first] == '+') ++first;
    double value = 0.0;
    const char* start = text_.data() + first;
    const auto [end, error] = std::from_chars(start, text_.data() + text_.size(), value);
    if (error == std::errc::invalid_argument) {
      if (begin >= text_.size()) fail(begin, begin, "expected a number", hint);
      fail(begin, begin + 1, "expected a number", hint);
    }
    at_ = static_cast<std::size_t>(end - text_.data());
    if (error == std::errc::result_out_of_range || !std::isfinite(value)) {
      fail(begin, at_, "this is no finite number of double precision", "");
    }
    return value;
  }

  // Lists of lists are the deepest that any family takes.
  Argument argument(const std::string& hint, int level = 0) {
    skip_blanks();
    Argument result;
    result.begin = at_;
    if (level < 2 && accept('[')) {
      do {
        result.items.push_back(argument(hint, level + 1));
        result.depth = std::max(result.depth, result.items.back().depth + 1);
      } while (accept(','));
      expect(']', "at the end of the list", hint);
    } else {
      result.number = number(hint);
    }
    result.end = at_;
    return result;
  }

  DensityPtr density() {
    skip_blanks();
    const std::size_t begin = at_;
    constexpr int kDeepest = 50;
    if (++depth_ > kDeepest) fail(begin, begin + 1, "mixtures are nested too deeply", "");
    const DensityPtr result = named(begin);
    --depth_;
    return result;
  }

  DensityPtr named(std::size_t begin) {
    const std::string name(word());
    if (name.empty()) {
      fail(begin, begin + 1, "expected a density", "densities are " + in_words(names(), "and"));
    }
    if (name == "mixture") return mixture();
    for (const Family& family : families()) {
      if (family.name == name) return member(family);
    }
    fail(begin, at_, "there is no density '" + name + "'" + did_you_mean(name, names()),
         "densities are " + in_words(names(), "and"));
  }

  DensityPtr mixture() {
    expect('(', "after 'mixture'", kMixtureUsage);
    const std::size_t begin = at_;
    std::vector<std::pair<double, DensityPtr>> components;
    do {
      const double weight = number(kMixtureUsage);
      expect('*', "between a weight and its density", kMixtureUsage);
      components.emplace_back(weight, density());
    } while (accept(','));
    const std::size_t end = at_;
    expect(')', "at the end of the mixture", kMixtureUsage);
    return made(begin, end, kMixtureUsage, [&] { return make_mixture(std::move(components)); });
  }

  template <class Make>
  DensityPtr made(std::size_t begin, std::size_t end, const std::string& hint, Make make) const {
    try {
      return make();
    } catch (const Error& error) {
      fail(begin, end, error.what(), hint);
    }
  }

  DensityPtr member(const Family& family) {
    const std::size_t begin = at_ - family.name.size();
    expect('(', "after '" + family.name + "'", family.usage);
    std::vector<Argument> arguments;
    do {
      arguments.push_back(argument(family.usage));
    } while (accept(','));
    expect(')', "after the arguments of " + family.name, family.usage);
    if (arguments.size() != family.arguments) {
      fail(arguments.front().begin, at_ - 1,
           family.name + " takes " + std::to_string(family.arguments) + " argument" +
               (family.arguments == 1 ? "" : "s") + "; there are " +
               std::to_string(arguments.size()),
           family.usage);
    }
    if (arguments[0].depth == 0) return univariate(family, arguments);
    if (family.name == "normal") return multivariate_normal(arguments);
    return product(family, arguments, begin);
  }

  DensityPtr univariate(const Family& family, const std::vector<Argument>& arguments) {
    std::vector<double> values;
    for (const Argument& a : arguments) {
      if (a.depth != 0) fail(a.begin, a.end, "expected a number, not a list", family.usage);
      values.push_back(a.number);
    }
    const Argument& last = arguments.back();
    return made(last.begin, last.end, family.usage, [&] { return family.make(values); });
  }

  void require_list(const Argument& a, std::size_t length, const std::string& hint) const {
    if (a.depth == 0) fail(a.begin, a.end, "expected a list of numbers", hint);
    for (const Argument& item : a.items) {
      if (item.depth != 0) fail(item.begin, item.end, "expected a number, not a list", hint);
    }
    if (a.items.size() != length) {
      fail(a.begin, a.end,
           "expected " + std::to_string(length) + " numbers, as many as the first list has, not " +
               std::to_string(a.items.size()),
           hint);
    }
  }

  DensityPtr multivariate_normal(const std::vector<Argument>& arguments) {
    const Argument &mean = arguments[0], &covariance = arguments[1];
    const std::size_t d = mean.items.size();
    require_list(mean, d, kMatrixUsage);
    Matrix matrix(static_cast<std::int64_t>(d));
    if (covariance.depth != 2) {
      fail(covariance.begin, covariance.end, "expected a covariance matrix, a list of rows",
           kMatrixUsage);
    }
    if (covariance.items.size() != d) {
      fail(covariance.begin, covariance.end,
           "the mean has " + std::to_string(d) + " coordinates, the covariance " +
               std::to_string(covariance.items.size()) + " rows",
           kMatrixUsage);
    }
    std::vector<double> values;
    for (const Argument& row : covariance.items) {
      require_list(row, d, kMatrixUsage);
      const auto some = numbers(row);
      values.insert(values.end(), some.begin(), some.end());
    }
    return made(covariance.begin, covariance.end, kMatrixUsage, [&] {
      return make_normal(numbers(mean), Matrix(static_cast<std::int64_t>(d), values));
    });
  }

  DensityPtr product(const Family& family, const std::vector<Argument>& arguments,
                     std::size_t begin) {
    const std::size_t d = arguments[0].items.size();
    const std::string hint = family.name + " in several dimensions takes lists of one length, " +
                             "one number a coordinate";
    for (const Argument& a : arguments) require_list(a, d, hint);
    std::vector<DensityPtr> factors;
    for (std::size_t i = 0; i < d; ++i) {
      std::vector<double> values;
      for (const Argument& a : arguments) values.push_back(a.items[i].number);
      const Argument& last = arguments.back().items[i];
      factors.push_back(
          made(last.begin, last.end, family.usage, [&] { return family.make(values); }));
    }
    if (d == 1) return factors[0];
    std::string expression(text_.substr(begin, at_ - begin));
    std::erase_if(expression, [](char c) { return c == ' ' || c == '\t'; });
    return make_product(std::move(factors), std::move(expression));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

DensityPtr parse_density(std::string_view text) { return Parser(text).whole(); }

std::string density_examples() {
  return "normal(0,1), laplace(0,1), logistic(0,1), exponential(1), uniform(0,1), "
         "mixture(0.5*normal(-2,1),0.5*normal(2,1)), normal([0,0],[[1,0],[0,1]]), "
         "laplace([0,0],[1,1])";
}

}  // namespace elbow
