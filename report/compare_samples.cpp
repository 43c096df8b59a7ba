#include "report/compare_samples.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "core/error.h"
#include "core/html.h"
#include "report/picture_files.h"
#include "report/svg.h"

namespace elbow::report {
namespace {

namespace fs = std::filesystem;

/// Names of pictures that the first run of every group has, by step.
std::vector<std::string> common_pictures(const std::vector<Group>& groups) {
  std::map<std::string, std::size_t> files;
  for (const Group& group : groups) {
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(group.first().path / "samples", code)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("step_") && name.ends_with(".png")) ++files[name];
    }
  }
  std::vector<std::string> common;
  for (const auto& [name, count] : files) {
    if (count == groups.size()) common.push_back(name);
  }
  // Leading zeros up to six digits: the longer name is the later step.
  std::stable_sort(common.begin(), common.end(),
                   [](const auto& a, const auto& b) { return a.size() < b.size(); });
  return common;
}

/// The pictures of one step; "" where one is damaged.
std::string block(const std::vector<Group>& groups, const std::string& name, std::string& step) {
  std::string figures;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    try {
      const PictureFile picture = read_picture(groups[g].first().path / "samples" / name);
      step = std::to_string(picture.step);
      const std::string who = escape_html(groups[g].letter + " " + groups[g].label);
      figures += "<figure><img alt=\"samples of " + who + " at step " + step + "\" src=\"" +
                 picture.uri + "\"><figcaption><span class=\"key " + color_class(g) +
                 "\"></span> " + who + "</figcaption></figure>";
    } catch (const Error&) {
      return "";
    }
  }
  return "<div data-step=\"" + step + "\">" + figures + "</div>";
}

}  // namespace

std::string samples_side_by_side(const std::vector<Group>& groups, std::size_t budget,
                                 std::vector<std::string>& steps) {
  const std::vector<std::string> common = common_pictures(groups);
  for (std::size_t count = std::min<std::size_t>(8, common.size()); count > 0; --count) {
    std::string all;
    steps.clear();
    for (std::size_t i = 0; i < count; ++i) {
      // The last one is what a single picture shows.
      const std::size_t at = count == 1 ? common.size() - 1 : i * (common.size() - 1) / (count - 1);
      std::string step;
      const std::string made = block(groups, common[at], step);
      if (made.empty()) continue;
      all += made;
      steps.push_back(step);
    }
    if (all.size() <= budget) return all;
  }
  steps.clear();
  return "";
}

}  // namespace elbow::report
