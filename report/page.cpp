#include "report/page.h"

#include "core/error.h"
#include "core/html.h"

namespace elbow::report {
namespace {

/// JSON in a script element: '<' occurs in strings only, where \u003c means the same.
std::string inert(std::string_view json) {
  std::string out;
  out.reserve(json.size() + json.size() / 64);
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

// Nothing is fetched, and nothing could be.
constexpr std::string_view kPolicy =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

}  // namespace

std::string html(const std::string& title, const std::string& data, const WebAssets& assets) {
  std::string page;
  page.reserve(data.size() + assets.script.size() + assets.style.size() + 4096);
  page += "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  page += "<meta http-equiv=\"Content-Security-Policy\" content=\"" + std::string(kPolicy) +
          "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n";
  page += "<link rel=\"icon\" href=\"data:,\">\n<title>" + escape_html(title) + "</title>\n<style>";
  page += assets.style;
  page += "</style>\n</head>\n<body>\n<main id=\"page\"></main>\n";
  page +=
      "<noscript>This page draws itself with the script that it contains; scripts are switched "
      "off.</noscript>\n<script type=\"application/json\" id=\"data\">";
  page += inert(data);
  page += "</script>\n<script>";
  page += assets.script;
  page += "</script>\n</body>\n</html>\n";
  return page;
}

std::string run_page(const std::filesystem::path& directory, const Schema& schema) {
  const WebAssets& assets = web_assets();
  const Run run = read_run(directory);
  if (!assets.missing.empty()) {
    throw Error("error: this program was built without the page of `elbow report`: " +
                std::string(assets.missing));
  }
  const std::size_t fixed = assets.script.size() + assets.style.size() + 8192;
  const std::string name = run.text("run.name").empty() ? run.name() : run.text("run.name");
  return html(name + " – Elbow", page_data(run, schema, kPageLimit - fixed), assets);
}

}  // namespace elbow::report
