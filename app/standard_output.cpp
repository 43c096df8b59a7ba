#include "app/standard_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <streambuf>

#include "core/error.h"
#include "core/text.h"

namespace elbow::app {
namespace {

constexpr std::size_t kPiece = 1 << 16;

/// errno of the first write that failed; 0: none did.
int g_error = 0;

bool write_to_stdout(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      if (g_error == 0) g_error = errno;
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

/// Gathers text, and passes it on whole characters at a time: line by line to a terminal.
class PrintableOutput::Filter : public std::streambuf {
 public:
  Filter() : before_(std::cout.rdbuf(this)), lines_(isatty(STDOUT_FILENO) != 0) {}
  ~Filter() override {
    pass_on(0);
    std::cout.rdbuf(before_);
  }

 protected:
  int_type overflow(int_type c) override {
    if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
    const char one = traits_type::to_char_type(c);
    return xsputn(&one, 1) == 1 ? c : traits_type::eof();
  }
  std::streamsize xsputn(const char* text, std::streamsize count) override {
    const std::string_view piece(text, static_cast<std::size_t>(count));
    held_ += piece;
    const bool full = held_.size() >= kPiece;
    if (!full && !(lines_ && piece.find('\n') != std::string_view::npos)) return count;
    return pass_on(unfinished_bytes(held_)) ? count : 0;
  }
  int sync() override { return pass_on(unfinished_bytes(held_)) ? 0 : -1; }

 private:
  bool pass_on(std::size_t rest) {
    const std::string tail = held_.substr(held_.size() - rest);
    held_.resize(held_.size() - rest);
    const bool good = write_to_stdout(printable(held_));
    held_ = tail;
    return good;
  }

  std::streambuf* before_;
  bool lines_;
  std::string held_;
};

PrintableOutput::PrintableOutput() : filter_(std::make_unique<Filter>()) {}
PrintableOutput::~PrintableOutput() = default;

void hold_standard_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // Takes the lowest number that is free, which is this one. Not to be written to where output
    // would be lost in it.
    const int opened = open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR);
    if (opened >= 0 && opened != fd) close(opened);
  }
}

void print_exactly(const std::string& line) {
  if (isatty(STDOUT_FILENO) != 0) {
    std::cout << line << std::endl;
    return;
  }
  std::cout.flush();
  if (!write_to_stdout(line + "\n")) std::cout.setstate(std::ios::badbit);
}

void flush_standard_output() {
  std::cout.flush();
  if (std::fflush(stdout) != 0 && g_error == 0) g_error = errno;
  if (g_error == 0 && std::cout) return;
  if (g_error == EPIPE) return;
  const std::string why = g_error == 0 ? "" : std::string(": ") + std::strerror(g_error);
  throw Error("error: standard output cannot be written" + why + ".");
}

void say(std::string_view line) { std::cerr << printable(line) + "\n" << std::flush; }

}  // namespace elbow::app
