#include "app/predictions.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <istream>
#include <ostream>

#include "core/error.h"
#include "core/text.h"
#include "instrumentation/text.h"

namespace elbow::app {
namespace {

using report::Prediction;

const std::vector<std::string> kSplits = {"train", "valid", "test"};

[[noreturn]] void refuse(const std::string& message) {
  throw Error("error: --predict: " + message, ExitCode::usage);
}

std::optional<double> number_of(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || !std::isfinite(value)) return std::nullopt;
  while (*end == ' ' || *end == '\t' || *end == '\r') ++end;
  return *end == '\0' ? std::optional(value) : std::nullopt;
}

std::string name_of(const Question& question) {
  return report::name_of({.term = question.term, .split = question.split});
}

void require_term(const std::string& term, const TermTable& terms) {
  if (term.find('*') == std::string::npos && terms.find(term) != nullptr) return;
  std::vector<std::string> names;
  for (const TermEntry& entry : terms.entries()) {
    if (entry.term.name.find('*') == std::string::npos) names.push_back(entry.term.name);
  }
  const std::string hint = did_you_mean(term, names);
  refuse("this run logs no term '" + term + "'" + (hint.empty() ? "." : hint) +
         (term.find('.') == std::string::npos ? " `elbow list terms` has them all."
                                              : " A key=value of the config stands before it."));
}

Question parse(const std::string& text, const TermTable& terms) {
  Question question;
  const auto equals = text.find('=');
  question.term = text.substr(0, equals);
  if (const auto colon = question.term.find(':'); colon != std::string::npos) {
    question.split = question.term.substr(0, colon);
    question.term.erase(0, colon + 1);
    if (std::find(kSplits.begin(), kSplits.end(), question.split) == kSplits.end()) {
      refuse("'" + question.split + "' is no split; it is " + in_words(kSplits, "or") + ".");
    }
  }
  require_term(question.term, terms);
  if (equals != std::string::npos) {
    question.guess = number_of(text.substr(equals + 1));
    if (!question.guess) {
      refuse("'" + text + "' has no finite number behind '='; write " + name_of(question) + "=20.");
    }
  }
  return question;
}

std::optional<double> ask(const Question& question, const TermTable& terms, std::istream& in,
                          std::ostream& out) {
  const TermEntry* entry = terms.find(question.term);
  while (true) {
    out << "Your guess for " << name_of(question);
    if (entry != nullptr) {
      const TermSpec& term = entry->term;
      out << " (" << term.symbol << (term.unit == "1" ? "" : ", " + term.unit) << ")";
    }
    out << " at the end, or Enter to pass: " << std::flush;
    std::string line;
    if (!std::getline(in, line)) {
      refuse("the input ended before '" + name_of(question) + "' had a guess; write " +
             name_of(question) + "=20.");
    }
    if (line.find_first_not_of(" \t\r") == std::string::npos) return std::nullopt;
    if (const auto guess = number_of(line)) return guess;
    out << "'" << fit(line, 40) << "' is no finite number.\n";
  }
}

}  // namespace

std::vector<Question> parse_questions(const std::vector<std::string>& texts,
                                      const TermTable& terms) {
  std::vector<std::string> all;
  for (const std::string& text : texts) {
    if (!text.empty()) {
      all.push_back(text);
      continue;
    }
    for (const char* loss : {"loss", "loss/discriminator", "loss/generator"}) {
      if (terms.find(loss) != nullptr) all.push_back(loss);
    }
  }
  std::vector<Question> questions;
  for (const std::string& text : all) {
    Question question = parse(text, terms);
    for (const Question& other : questions) {
      if (name_of(other) == name_of(question)) refuse("'" + name_of(other) + "' is given twice.");
    }
    questions.push_back(std::move(question));
  }
  return questions;
}

std::vector<Prediction> answered(const std::vector<Question>& questions, const TermTable& terms,
                                 std::istream& in, std::ostream& out) {
  std::vector<Prediction> predictions;
  for (const Question& question : questions) {
    const auto guess = question.guess ? question.guess : ask(question, terms, in, out);
    if (guess) {
      predictions.push_back({.term = question.term, .split = question.split, .guess = *guess});
    }
  }
  return predictions;
}

void require_guessed_before(const std::vector<Question>& questions,
                            const std::vector<Prediction>& earlier,
                            const std::function<void(const std::string&)>& say) {
  for (const Question& question : questions) {
    const auto same = std::find_if(earlier.begin(), earlier.end(), [&](const Prediction& other) {
      return report::name_of(other) == name_of(question);
    });
    if (same == earlier.end()) {
      refuse("'" + name_of(question) +
             "' was not guessed before this run began, and now it has trained. Guess a new run: "
             "another --run-dir, or --overwrite.");
    }
    if (question.guess && same->guess != *question.guess) {
      say("The guess that was made before the run began stands: " + report::name_of(*same) + "=" +
          significant(same->guess, 6) + ".");
    }
  }
}

std::string sentence(const Prediction& prediction) {
  std::string text = report::name_of(prediction) + ": your guess " +
                     significant(prediction.guess, 5) + ", what happened ";
  if (!prediction.result) return text + "is not logged";
  const report::Outcome& result = *prediction.result;
  text += significant(result.value, 5);
  if (result.se) text += " ± " + significant(*result.se, 2);
  text += " on " + result.split + " at step " + with_commas(result.step);
  const double off = result.value - prediction.guess;
  if (!std::isfinite(off)) return text;
  if (std::abs(off) <= 2.0 * result.se.value_or(0.0)) return text + ", as guessed";
  return text + ", " + significant(std::abs(off), 3) + (off > 0 ? " above" : " below");
}

}  // namespace elbow::app
