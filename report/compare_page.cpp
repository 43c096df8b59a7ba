#include "report/compare_page.h"

#include <set>

#include "core/html.h"
#include "report/compare_charts.h"
#include "report/compare_samples.h"
#include "report/compare_style.h"
#include "report/definitions.h"
#include "report/numbers.h"

namespace elbow::report {
namespace {

constexpr std::size_t kPictureBytes = 3'000'000, kMostPictures = 24;

// Nothing is fetched, and nothing could be.
constexpr const char* kPolicy =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

std::string cell(const std::string& text, const char* kind = "") {
  return "<td" + (*kind != '\0' ? " class=\"" + std::string(kind) + "\"" : std::string()) + ">" +
         escape_html(text) + "</td>";
}

std::string reasons(const Row& row) {
  std::string text;
  for (const auto& definition : row.definitions) text += (text.empty() ? "" : "; ") + definition;
  return text;
}

std::string runs(const Comparison& c) {
  std::string out = "<ul class=\"runs\">";
  for (std::size_t g = 0; g < c.groups.size(); ++g) {
    const Group& group = c.groups[g];
    std::string seeds;
    for (const auto& seed : group.seeds) seeds += (seeds.empty() ? "" : ", ") + seed;
    out += "<li><span class=\"key " + color_class(g) + "\"></span> <b>" + group.letter + "</b> " +
           "<code>" + escape_html(group.first().path.string()) + "</code>, " +
           (group.seeds.size() == 1 ? "one seed: " : "seeds: ") + escape_html(seeds) + "</li>";
  }
  return out + "</ul>";
}

std::string settings(const Comparison& c) {
  std::string out = "<h2>Settings that differ</h2>";
  if (c.settings.empty()) return out + "<p>None but the seed.</p>";
  out += "<div class=\"scroll\"><table><tr><th>key</th>";
  for (const Group& group : c.groups) out += "<th>" + group.letter + "</th>";
  out += "</tr>";
  for (const auto& row : c.settings) {
    out += "<tr>" + cell(row.key);
    for (const auto& value : row.values) out += cell(value.empty() ? "-" : value);
    out += "</tr>";
  }
  return out + "</table></div>";
}

/// "B is 13.26 ± 0.05 nats below A at the end", a sentence per group.
std::string answer(const Comparison& c, const Row& row) {
  std::string out;
  if (!row.definitions.empty()) {
    std::string what;
    for (const auto& reason : row.definitions) {
      what += (what.empty() ? "" : ", ") + reason.substr(0, reason.find(':'));
    }
    out = "<p>Not the same quantity in all runs (" + escape_html(what) +
          "), and not subtracted where it is not; the tables below say why.</p>";
  }
  for (std::size_t g = 0; g < c.groups.size(); ++g) {
    const auto& d = row.differences[g];
    if (!d) continue;
    const std::string a = c.groups[c.baseline].letter;
    const TermInfo* info = c.groups[g].first().terms.find(row.term);
    out += "<p class=\"answer " + color_class(g) + "\"><b>" + c.groups[g].letter + "</b> ";
    if (d->value == 0.0) {
      out += "equals " + a;
    } else {
      out += "is " + with_error(d->value < 0 ? -d->value : d->value, d->se) + " " +
             escape_html(info == nullptr ? "" : info->unit) +
             (d->value < 0 ? " below " : " above ") + a;
    }
    out += d->significant()       ? ", significant"
           : d->only_unadjusted() ? ", significant only if it were the single test"
           : d->p                 ? ", not significant"
                                  : "";
    out += " (" + row.split + ", at the end).</p>";
  }
  return out;
}

std::string pictures(const Comparison& c) {
  std::string cards;
  std::set<std::string> seen;
  for (const Section& section : c.sections) {
    for (const Row& row : section.rows) {
      if (row.split == "eval" || seen.size() >= kMostPictures || !seen.insert(row.term).second) {
        continue;
      }
      std::string charts;
      for (const At at : {At::steps, At::samples, At::time}) {
        const std::string svg = term_chart(c, row, at);
        if (svg.empty()) continue;
        charts += "<div class=\"at-" + std::string(to_string(at)) + "\">" + svg + "</div>";
      }
      if (charts.empty()) continue;
      const TermInfo* info = c.groups[c.baseline].first().terms.find(row.term);
      cards += "<figure class=\"card\"><h3>What did swapping do to <code>" + escape_html(row.term) +
               "</code>?</h3>" + (section.at == At::end ? answer(c, row) : "") + charts;
      std::string caption = info == nullptr ? "" : info->meaning;
      if (!row.theory.empty()) caption += (caption.empty() ? "" : "; theory: ") + row.theory;
      cards += "<figcaption>" + escape_html(caption) + "</figcaption></figure>";
    }
  }
  return "<h2>One picture per question</h2><p><label>Curves against <select id=\"axis\">"
         "<option value=\"steps\">steps</option><option value=\"samples\">training samples</option>"
         "<option value=\"time\">seconds</option></select></label></p><p class=\"quiet\">Bands are "
         "one standard error: of the data where a run has one seed, between seeds where it has "
         "several. Curves of validation images where all runs have five records of them, else of "
         "training batches; the axis says which.</p><div class=\"grid\">" +
         cards + "</div>";
}

std::string plane(const Comparison& c) {
  const std::string svg = rate_distortion_chart(c);
  if (svg.empty()) return "";
  const auto differ = definition_differences("elbo/reconstruction", c.groups);
  std::string warning;
  for (const auto& reason : differ)
    warning += "<p>Distortions do not compare: " + escape_html(reason) + ".</p>";
  return "<h2>Rate and distortion</h2><p>Every point is a record, the dot the last one. Along a "
         "dashed line −ELBO, the sum of both, is the same, the number at its "
         "end. Which point of such a line a training "
         "ends at is what the weight of the KL chooses.</p>" +
         warning + "<figure class=\"card plane\">" + svg + "</figure>";
}

std::string samples(const Comparison& c) {
  std::vector<std::string> steps;
  const std::string blocks = samples_side_by_side(c.groups, kPictureBytes, steps);
  if (blocks.empty()) return "";
  const std::string last = std::to_string(steps.size() - 1);
  return "<h2>Samples at equal steps</h2><p><label>step <output id=\"shown\">" + steps.back() +
         "</output> <input id=\"step\" type=\"range\" aria-label=\"step\" min=\"0\" max=\"" + last +
         "\" value=\"" + last + "\"></label></p><div class=\"samples\">" + blocks + "</div>";
}

std::string table_row(const Comparison& c, const Row& row) {
  std::string out = "<tr>" + cell(row.term) + cell(row.split, "words") + cell(row.unit, "words");
  for (const auto& value : row.values) {
    out += cell(value ? with_error(value->value, value->se) : "-");
  }
  for (std::size_t g = 0; g < c.groups.size(); ++g) {
    if (g == c.baseline) continue;
    const auto& d = row.differences[g];
    if (d) {
      out +=
          cell(with_error(d->value, d->se) + " " + mark(*d), d->significant() ? "significant" : "");
    } else {
      out += cell(row.definitions.empty() ? "-" : "not the same", "quiet");
    }
  }
  return out + cell(row.theory, "words") + "</tr>";
}

std::string tables(const Comparison& c) {
  std::string out;
  for (const Section& section : c.sections) {
    std::string title = section.title;
    title.front() = title.front() == 'a' ? 'A' : title.front() == 'm' ? 'M' : title.front();
    out += "<h2>" + escape_html(title) + "</h2>";
    if (!section.same_as.empty()) {
      out += "<p>" + escape_html(section.same_as) + ".</p>";
      continue;
    }
    out += "<p class=\"quiet\">";
    for (std::size_t g = 0; g < section.places.size(); ++g) {
      if (section.places[g].empty()) continue;
      out += (g > 0 ? "; " : "") + c.groups[g].letter + ": " + escape_html(section.places[g]);
    }
    out +=
        "</p><div class=\"scroll\"><table><tr><th>term</th><th class=\"words\">split</th>"
        "<th class=\"words\">unit</th>";
    for (const Group& group : c.groups) out += "<th>" + group.letter + "</th>";
    for (std::size_t g = 0; g < c.groups.size(); ++g) {
      if (g == c.baseline) continue;
      out += "<th>" + c.groups[g].letter + " − " + c.groups[c.baseline].letter + "</th>";
    }
    out += "<th class=\"words\">theory</th></tr>";
    for (const Row& row : section.rows) out += table_row(c, row);
    out += "</table></div>";
    for (const Row& row : section.rows) {
      if (row.definitions.empty()) continue;
      out += "<p class=\"quiet\"><code>" + escape_html(row.term) + "</code> " +
             escape_html(reasons(row)) + ".</p>";
    }
  }
  return out;
}

std::string reading(const Comparison& c) {
  std::string out = "<h2>How to read it</h2><ul>";
  for (const auto& sentence : legend(c)) out += "<li>" + escape_html(sentence) + "</li>";
  for (const auto& note : c.notes) out += "<li>" + escape_html(note) + "</li>";
  return out + "</ul>";
}

}  // namespace

std::string compare_page(const Comparison& c) {
  std::string names;
  for (const Group& group : c.groups) names += (names.empty() ? "" : ", ") + group.label;
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
         "http-equiv=\"Content-Security-Policy\" content=\"" +
         std::string(kPolicy) +
         "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<link "
         "rel=\"icon\" href=\"data:,\">\n<title>" +
         escape_html(names) + ", compared – Elbow</title>\n<style>" + kCompareStyle +
         "</style>\n</head>\n<body data-axis=\"steps\">\n<h1>" + escape_html(names) +
         ", compared</h1>\n" + runs(c) + settings(c) + pictures(c) + plane(c) + samples(c) +
         tables(c) + reading(c) + "\n<script>" + kCompareScript + "</script>\n</body>\n</html>\n";
}

}  // namespace elbow::report
