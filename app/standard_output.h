// What the commands print: nothing that a terminal would obey, and nothing lost without a word.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace elbow::app {

/// Closed standard streams are opened onto nothing, so that no file opened later is taken for them:
/// writing to such an output fails.
void hold_standard_streams();

/// While it lives, std::cout passes on `printable` text (core/text.h) only: names, paths and
/// records of others may hold anything.
class PrintableOutput {
 public:
  PrintableOutput();
  ~PrintableOutput();
  PrintableOutput(const PrintableOutput&) = delete;
  PrintableOutput& operator=(const PrintableOutput&) = delete;

 private:
  class Filter;
  std::unique_ptr<Filter> filter_;
};

/// A line for scripts, such as a path: byte for byte, unless a terminal reads it.
void print_exactly(const std::string& line);

/// Everything printed so far has arrived, or Error: "standard output cannot be written: No space
/// left on device." A reader that has gone away (`| head -1`) is none.
void flush_standard_output();

/// A line on standard error, made printable.
void say(std::string_view line);

}  // namespace elbow::app
