#include "core/config/sweep.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <set>

#include "core/error.h"

namespace elbow {
namespace {

constexpr std::size_t kMostRuns = 10000;

[[noreturn]] void refuse(const std::string& message) {
  throw Error("error: " + message, ExitCode::usage);
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return std::string(text);
}

struct Axis {
  std::string key;
  std::vector<std::string> values;
};

Axis axis_of(const std::string& argument) {
  const std::size_t equals = argument.find('=');
  if (equals == std::string::npos || equals == 0) {
    refuse("'" + argument + "' is not of the form section.key=value,value,...");
  }
  try {
    return {trimmed(std::string_view(argument).substr(0, equals)),
            sweep_values(std::string_view(argument).substr(equals + 1))};
  } catch (const Error& error) {
    throw Error(std::string(error.what()) + " In '" + argument + "'.", error.code());
  }
}

/// Adds what `check` throws to the lines of `problems`.
void collect(std::string& problems, const std::function<void()>& check) {
  try {
    check();
  } catch (const Error& error) {
    problems += (problems.empty() ? "" : "\n") + std::string(error.what());
  }
}

/// All of them; throws one Error for everything that is wrong with them.
std::vector<Axis> read_axes(const SweepRequest& request) {
  std::vector<Axis> axes;
  std::string problems;
  for (const auto& argument : request.axes) {
    collect(problems, [&] {
      Axis axis = axis_of(argument);
      for (auto value = axis.values.begin(); value != axis.values.end(); ++value) {
        if (std::find(axis.values.begin(), value, *value) != value) {
          refuse("the value " + *value + " of " + axis.key + " is given twice.");
        }
      }
      for (const Axis& other : axes) {
        if (axis.key == other.key) refuse(axis.key + " is given twice; list its values once.");
      }
      if (request.seeds > 0 && axis.key == "run.seed") {
        refuse("give run.seed or --seeds, not both.");
      }
      axes.push_back(std::move(axis));
    });
  }
  std::size_t length = 1;
  for (const Axis& axis : axes) {
    if (!request.zip || axis.values.size() == 1) continue;
    collect(problems, [&] {
      if (length != 1 && axis.values.size() != length) {
        refuse("--zip takes lists of one length; " + axis.key + " has " +
               std::to_string(axis.values.size()) + " values, another key " +
               std::to_string(length) + ".");
      }
    });
    if (length == 1) length = axis.values.size();
  }
  if (!problems.empty()) throw Error(problems, ExitCode::usage);
  return axes;
}

/// What a file system and a shell take without quoting.
std::string safe(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' ||
                       c == '_' || c == '+';
    if (plain) {
      out += c;
    } else if (!out.empty() && out.back() != '_') {
      out += '_';
    }
  }
  while (!out.empty() && out.back() == '_') out.pop_back();
  return out.empty() ? "x" : out;
}

/// The last part of a key where that is unique among the keys of the sweep.
std::string short_key(const std::string& key, const std::vector<Axis>& axes) {
  const auto last = [](const std::string& k) { return k.substr(k.rfind('.') + 1); };
  const auto same = std::count_if(axes.begin(), axes.end(),
                                  [&](const Axis& other) { return last(other.key) == last(key); });
  return same == 1 ? last(key) : key;
}

void name_points(std::vector<SweepPoint>& points,
                 const std::vector<std::vector<std::size_t>>& chosen,
                 const std::vector<Axis>& axes) {
  std::set<std::string> used;
  for (std::size_t i = 0; i < points.size(); ++i) {
    std::string name;
    for (std::size_t a = 0; a < axes.size(); ++a) {
      if (axes[a].values.size() < 2) continue;
      name += (name.empty() ? "" : ",") + safe(short_key(axes[a].key, axes)) + "=" +
              safe(axes[a].values[chosen[i][a]]);
    }
    if (name.empty()) name = "run";
    if (name.size() > 120) name = name.substr(0, 120);
    // Values that differ only in what a name cannot hold.
    if (!used.insert(name).second) {
      name += "-" + std::to_string(i + 1);
      used.insert(name);
    }
    points[i].name = name;
  }
}

}  // namespace

std::vector<std::string> sweep_values(std::string_view text) {
  std::vector<std::string> values;
  std::string open;  // brackets that wait for their end
  char quote = '\0';
  std::size_t start = 0;
  const auto take = [&](std::size_t end) {
    values.push_back(trimmed(text.substr(start, end - start)));
    if (values.back().empty()) refuse("a value is missing beside a comma.");
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != '\0') {
      if (c == '\\' && quote == '"') {
        ++i;
      } else if (c == quote) {
        quote = '\0';
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[' || c == '{') {
      open += c == '[' ? ']' : '}';
    } else if (c == ']' || c == '}') {
      if (open.empty() || open.back() != c) refuse(std::string("'") + c + "' closes nothing.");
      open.pop_back();
    } else if (c == ',' && open.empty()) {
      take(i);
      start = i + 1;
    }
  }
  if (quote != '\0') refuse(std::string("a text that begins with ") + quote + " does not end.");
  if (!open.empty()) refuse(std::string("'") + open.back() + "' is missing.");
  take(text.size());
  return values;
}

std::vector<SweepPoint> sweep_points(const SweepRequest& request) {
  std::vector<Axis> axes = read_axes(request);
  std::size_t zipped = 1;
  for (const Axis& axis : axes) {
    if (request.zip && axis.values.size() > 1) zipped = axis.values.size();
  }
  if (request.seeds > 0) {
    Axis seeds{"run.seed", {}};
    for (int s = 1; s <= request.seeds; ++s) seeds.values.push_back(std::to_string(s));
    axes.push_back(std::move(seeds));
  }
  // As nested loops: the zipped keys are one loop, outside of the seeds.
  std::vector<std::vector<std::size_t>> chosen = {{}};
  if (request.zip) {
    chosen.clear();
    for (std::size_t i = 0; i < zipped; ++i) {
      std::vector<std::size_t> row;
      for (const Axis& axis : axes) {
        if (request.seeds > 0 && &axis == &axes.back()) break;
        row.push_back(axis.values.size() == 1 ? 0 : i);
      }
      chosen.push_back(std::move(row));
    }
  }
  for (std::size_t a = chosen.front().size(); a < axes.size(); ++a) {
    std::vector<std::vector<std::size_t>> longer;
    if (chosen.size() * axes[a].values.size() > kMostRuns) {
      refuse("a sweep may have at most 10,000 runs.");
    }
    for (const auto& row : chosen) {
      for (std::size_t v = 0; v < axes[a].values.size(); ++v) {
        longer.push_back(row);
        longer.back().push_back(v);
      }
    }
    chosen = std::move(longer);
  }
  std::vector<SweepPoint> points(chosen.size());
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    for (std::size_t a = 0; a < axes.size(); ++a) {
      points[i].overrides.push_back(axes[a].key + "=" + axes[a].values[chosen[i][a]]);
    }
  }
  name_points(points, chosen, axes);
  return points;
}

CoreShare share_cores(int cores, int jobs, int threads, std::size_t runs) {
  const int most = static_cast<int>(std::clamp<std::size_t>(runs, 1, 1024));
  const int at_once = jobs > 0 ? jobs : threads > 0 ? cores / threads : cores;
  CoreShare share;
  share.jobs = std::clamp(at_once, 1, most);
  share.threads = threads > 0 ? threads : std::max(1, cores / share.jobs);
  return share;
}

}  // namespace elbow
