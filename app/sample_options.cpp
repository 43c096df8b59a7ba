#include "app/sample_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>

#include "app/standard_output.h"
#include "core/error.h"
#include "data/columns.h"

namespace elbow::app {
namespace {

/// That of a file among `files`; "" where none was given.
std::string value_of(const std::vector<std::string>& values, std::size_t file) {
  if (values.empty()) return {};
  return values.size() == 1 ? values[0] : values[file];
}

void require_count(const std::string& option, const std::vector<std::string>& values,
                   std::size_t files) {
  if (values.size() < 2 || values.size() == files) return;
  throw Error("error: " + option + " is given " + std::to_string(values.size()) + " times, and " +
                  std::to_string(files) + (files == 1 ? " file is" : " files are") +
                  " read: give it once, or once for each file.",
              ExitCode::usage);
}

/// Whether the file, left alone, has a row more than the `rows` below a header.
bool first_line_is_a_point(const std::string& file, TextReading reading, std::int64_t rows) {
  reading.header.reset();
  try {
    return read_points(file, reading).size() > rows;
  } catch (const Error&) {
    return false;  // it cannot be left alone
  }
}

}  // namespace

void add_sample_options(CLI::App& command, SampleOptions& options) {
  const auto add = [&command](const std::string& name, std::vector<std::string>& values,
                              const std::string& text) {
    return command.add_option(name, values, text)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  };
  add("--decimal", options.decimal, "decimal mark of text files: . or ,")
      ->check(CLI::Validator(
          [](const std::string& text) {
            return text == "." || text == "," ? "" : "'" + text + "' is neither . nor ,";
          },
          ""));
  add("--header", options.header, "yes|no: whether the first line of text files is no point")
      ->check(CLI::IsMember({"yes", "no"}));
  add("--columns", options.columns,
      "which columns of the files: 2-3, or 1,4, or names of the header (each of these options\n"
      "once for both files, or twice: for P and for Q)");
}

SampleReader::SampleReader(const SampleOptions& options, std::size_t files)
    : options_(options), files_(files) {
  if (files == 0 &&
      !(options.decimal.empty() && options.header.empty() && options.columns.empty())) {
    throw Error("error: --decimal, --header and --columns are about files, and none is read.",
                ExitCode::usage);
  }
  require_count("--decimal", options.decimal, files);
  require_count("--header", options.header, files);
  require_count("--columns", options.columns, files);
}

TextReading SampleReader::reading_of(std::size_t file) const {
  TextReading reading;
  if (const std::string value = value_of(options_.decimal, file); !value.empty()) {
    reading.decimal = value[0];
  }
  if (const std::string value = value_of(options_.header, file); !value.empty()) {
    reading.header = value == "yes";
  }
  reading.columns = value_of(options_.columns, file);
  return reading;
}

Points SampleReader::read(const std::string& file) {
  const TextReading reading = reading_of(next_++);
  const bool any = reading.decimal || reading.header || !reading.columns.empty();
  const bool shared = files_ > 1 && std::max({options_.decimal.size(), options_.header.size(),
                                              options_.columns.size()}) == 1;
  if (!any || !shared) return read_points(file, reading);
  // A header of numbers is left out only where the file looks as if it had one.
  std::string misfit;
  try {
    Points points = read_points(file, reading);
    if (reading.header != true || !first_line_is_a_point(file, reading, points.size())) {
      ++fitted_;
      return points;
    }
    misfit = "error: " + file +
             ": --header yes does not fit: the first line reads like the rows "
             "below it.";
  } catch (const Error& error) {
    if (error.code() != ExitCode::data) throw;
    misfit = error.what();
  }
  try {
    Points points = read_points(file);
    if (reading.columns.empty() || points.dim() == column_count(reading.columns)) {
      misfit_ = misfit;
      say("note: " + file + " is read without the options, which do not fit it.");
      return points;
    }
  } catch (const Error&) {
  }
  throw Error(misfit, ExitCode::data);
}

void SampleReader::require_fit() const {
  if (fitted_ == 0 && !misfit_.empty()) throw Error(misfit_, ExitCode::data);
}

}  // namespace elbow::app
