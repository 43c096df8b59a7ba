#include "training/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/error.h"

namespace elbow {
namespace {

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path) {
  throw Error("Cannot " + what + " " + path.string() + ": " + std::strerror(errno) + ".");
}

}  // namespace

void write_file(const std::filesystem::path& path, std::string_view bytes, bool sync) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) fail("write", path);
  bool good = true;
  while (good && !bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0) {
      good = errno == EINTR;
    } else {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  while (good && sync && fsync(fd) != 0) good = errno == EINTR;
  const int error = errno;
  if (close(fd) != 0) good = false;
  if (!good) {
    if (error != 0) errno = error;
    fail("write", path);
  }
}

void replace_file(const std::filesystem::path& path, std::string_view bytes, bool sync) {
  std::filesystem::path temporary = path;
  temporary += ".tmp";
  write_file(temporary, bytes, sync);
  if (rename(temporary.c_str(), path.c_str()) != 0) fail("replace", path);
}

void sync_directory(const std::filesystem::path& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) fail("open", path);
  fsync(fd);  // some file systems refuse it for directories, and then need it not
  close(fd);
}

std::string read_bytes(const std::filesystem::path& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail("read", path);
  std::string bytes;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      close(fd);
      fail("read", path);
    }
    if (n == 0) break;
    bytes.append(buffer, static_cast<std::size_t>(n));
  }
  close(fd);
  return bytes;
}

}  // namespace elbow
