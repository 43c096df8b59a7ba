#include "instrumentation/tensorboard_layout.h"

#include <algorithm>
#include <cmath>
#include <variant>

#include "instrumentation/equation_line.h"
#include "instrumentation/text.h"

namespace elbow {
namespace {

/// `key` as a regular expression that matches it alone; readers match from the beginning.
std::string exactly(const std::string& key) {
  std::string out;
  for (const char c : key) {
    if (std::string_view(".^$*+?()[]{}|\\").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out + "$";
}

Message lines(const std::string& title, const std::vector<std::string>& tags) {
  Message chart, content;
  for (const std::string& tag : tags) content.text(1, exactly(tag));
  return chart.text(1, title).message(2, content);
}

Message bands(const std::string& title, const std::vector<std::string>& tags) {
  Message chart, content;
  for (const std::string& tag : tags) {
    content.message(
        1, Message().text(1, tag).text(2, "band/" + tag + "/low").text(3, "band/" + tag + "/high"));
  }
  return chart.text(1, title).message(3, content);
}

/// google.protobuf.Value.
Message plain(const Value& value) {
  Message out;
  if (const auto* flag = std::get_if<bool>(&value.data)) return out.varint(4, *flag ? 1 : 0);
  if (const auto* integer = std::get_if<std::int64_t>(&value.data)) {
    return out.real(2, static_cast<double>(*integer));
  }
  if (const auto* number = std::get_if<double>(&value.data)) return out.real(2, *number);
  if (const auto* text = std::get_if<std::string>(&value.data)) return out.text(3, *text);
  return out.text(3, to_toml(value));
}

std::uint64_t data_type(const Value& value) {
  if (std::holds_alternative<bool>(value.data)) return 2;
  const bool number = std::holds_alternative<std::int64_t>(value.data) ||
                      std::holds_alternative<double>(value.data);
  return number ? 3 : 1;
}

Message metric(const std::string& tag, bool training) {
  return Message().message(1, Message().text(2, tag)).varint(5, training ? 1 : 2);
}

void add_line(std::string& out, const std::string& label, const std::string& text) {
  if (!text.empty()) out += "\n\n" + (label.empty() ? text : "*" + label + ":* " + text);
}

std::string range(const TermSpec& term) {
  const Range range = range_of(term);
  if (!range.bounded()) return {};
  return (std::isfinite(range.minimum) ? "[" + significant(range.minimum, 7) : "(−∞") + ", " +
         (std::isfinite(range.maximum) ? significant(range.maximum, 7) + "]" : "∞)");
}

}  // namespace

std::vector<std::string> LossTerms::keys() const {
  std::vector<std::string> all = {loss};
  if (!whole.empty()) all.push_back(whole);
  all.insert(all.end(), terms.begin(), terms.end());
  return all;
}

std::vector<LossTerms> loss_terms(const Values& values) {
  std::vector<LossTerms> all;
  for (const auto& [phase, weights] : values.phases()) {
    const std::string own = "loss/" + phase;
    LossTerms loss{values.contains(own) ? own : "loss", "", {}};
    if (!values.contains(loss.loss)) continue;
    for (const auto& [key, weight] : weights) {
      if (!values.contains(key)) continue;
      loss.terms.push_back(key);
      const std::string root = key.substr(0, key.find('/'));
      if (root != key && root != "loss" && values.contains(root)) loss.whole = root;
    }
    all.push_back(std::move(loss));
  }
  return all;
}

std::string tag_prefix(const std::string& split) { return split == "train" ? "" : split + "/"; }

std::string scalar_layout(const std::vector<LossTerms>& losses,
                          const std::vector<std::string>& splits) {
  Message layout;
  for (const LossTerms& loss : losses) {
    Message category;
    category.text(1, loss.loss + " and its terms");
    category.message(2, lines(loss.loss + ": the terms of the equation", loss.keys()));
    category.message(2, bands("mean ± one standard error", loss.keys()));
    for (const std::string& key : loss.keys()) {
      std::vector<std::string> tags = {key};
      for (const std::string& split : splits) tags.push_back(tag_prefix(split) + key);
      category.message(2, bands(key, tags));
    }
    layout.message(2, category);
  }
  return layout.bytes();
}

std::string hparams_experiment(const RunInfo& info, const std::vector<HyperParameter>& parameters,
                               const std::vector<LossTerms>& losses,
                               const std::vector<std::string>& splits, double now) {
  Message experiment;
  experiment.text(6, info.family + " " + info.objective).real(3, now);
  for (const HyperParameter& parameter : parameters) {
    Message one;
    one.text(1, parameter.name);
    if (!parameter.description.empty()) one.text(3, parameter.description);
    experiment.message(4, one.varint(4, data_type(parameter.value)));
  }
  for (const LossTerms& loss : losses) {
    for (const std::string& key : loss.keys()) experiment.message(5, metric(key, true));
    for (const std::string& split : splits) {
      for (const std::string& key : loss.keys()) {
        experiment.message(5, metric(tag_prefix(split) + key, false));
      }
    }
  }
  return Message().message(2, experiment).bytes();
}

std::string hparams_session_start(const RunInfo& info,
                                  const std::vector<HyperParameter>& parameters, double now) {
  Message session;
  for (const HyperParameter& parameter : parameters) {
    session.message(1, Message().text(1, parameter.name).message(2, plain(parameter.value)));
  }
  session.text(2, info.directory).real(5, now);
  return Message().message(3, session).bytes();
}

std::string hparams_session_end(Outcome outcome, double now) {
  const bool good = outcome == Outcome::finished || outcome == Outcome::early_stopped;
  return Message().message(4, Message().varint(1, good ? 1 : 2).real(2, now)).bytes();
}

std::string term_markdown(const TermEntry& entry) {
  const TermSpec& term = entry.term;
  std::string out = "**`" + (term.symbol.empty() ? term.name : term.symbol) + "`**";
  if (!term.unit.empty()) out += " in " + term.unit;
  if (!term.sign.empty()) out += ", sign " + term.sign;
  if (const std::string interval = range(term); !interval.empty()) out += ", range " + interval;
  add_line(out, "", term.meaning);
  add_line(out, "At equilibrium", term.equilibrium ? closed_form(*term.equilibrium) : "");
  add_line(out, "Reduction", term.reduction);
  add_line(out, "Estimator", term.estimator);
  add_line(out, "Not to be confused with", term.confused_with);
  add_line(out, "LaTeX", term.latex.empty() ? "" : "`" + term.latex + "`");
  add_line(out, "Reference", term.reference);
  add_line(out, "Declared in", entry.source);
  return out;
}

std::string equations_text(const RunInfo& info) {
  std::string out;
  for (const Spec& spec : info.specs) {
    out += "### " + spec.name + " (" + std::string(to_string(spec.kind)) + ")\n\n" + spec.summary +
           "\n\n";
    if (!spec.unicode.empty()) out += "    " + spec.unicode + "\n\n";
    if (!spec.equation.empty()) out += "LaTeX:\n\n    " + spec.equation + "\n\n";
    if (!spec.convention.empty()) out += "Convention: " + spec.convention + "\n\n";
    if (!spec.reference.empty()) out += "Reference: " + spec.reference + "\n\n";
  }
  return out;
}

}  // namespace elbow
