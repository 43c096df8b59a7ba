#include "training/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <optional>

#include "core/error.h"

namespace elbow {
namespace {

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path) {
  throw Error("error: cannot " + what + " " + path.string() + ": " + std::strerror(errno) + ".");
}

/// False, with errno, where not all could be written.
bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// N of /dev/fd/N and its like. What they lead to may have no name, or one that is a file's: to
/// replace that would take the file away from whoever has it open.
std::optional<int> descriptor_of(const std::filesystem::path& path) {
  std::string name = path.lexically_normal().string();
  if (name == "/dev/stdout") return STDOUT_FILENO;
  if (name == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!name.starts_with(folder)) continue;
    name.erase(0, folder.size());
    int fd = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), fd);
    if (error == std::errc{} && end == name.data() + name.size() && fd >= 0) return fd;
  }
  return std::nullopt;
}

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& why) {
  throw Error("error: cannot write " + path.string() + ": " + why, ExitCode::usage);
}

/// Where the output goes: through an open descriptor, into what is no file, or as a whole file.
struct Place {
  std::filesystem::path path;  ///< behind all links
  std::optional<int> descriptor;
  bool is_file = true;
  mode_t mode = 0644;
};

Place place_of(const std::filesystem::path& output) {
  constexpr int kMostLinks = 40;
  Place place;
  place.path = output;
  std::error_code ignored;
  for (int links = 0;; ++links) {
    place.descriptor = descriptor_of(place.path);
    if (place.descriptor) return place;
    if (!std::filesystem::is_symlink(place.path, ignored)) break;
    if (links == kMostLinks) refuse(output, "its links lead in a circle.");
    const auto target = std::filesystem::read_symlink(place.path, ignored);
    place.path = target.is_absolute() ? target : place.path.parent_path() / target;
  }
  struct stat found = {};
  if (stat(place.path.c_str(), &found) == 0) {
    if (S_ISDIR(found.st_mode)) refuse(output, "it is a directory; name a file.");
    if (S_ISBLK(found.st_mode)) refuse(output, "it is a disk; name a file.");
    place.is_file = S_ISREG(found.st_mode);
    place.mode = found.st_mode & 07777;
    return place;
  }
  const auto parent = place.path.parent_path();
  if (!place.path.has_filename()) refuse(output, "it names no file.");
  if (!parent.empty() && !std::filesystem::is_directory(parent, ignored)) {
    refuse(output, "there is no directory " + parent.string() + ".");
  }
  return place;
}

/// A new file beside `path` that nobody else has, and its descriptor.
std::pair<std::filesystem::path, int> new_file_beside(const std::filesystem::path& path,
                                                      mode_t mode) {
  for (int n = 0;; ++n) {
    const auto name = ".elbow-" + std::to_string(getpid()) + "-" + std::to_string(n) + ".tmp";
    auto temporary = path.parent_path() / name;
    const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd >= 0 || errno != EEXIST) return {std::move(temporary), fd};
  }
}

}  // namespace

void write_file(const std::filesystem::path& path, std::string_view bytes, bool sync) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) fail("write", path);
  bool good = write_all(fd, bytes);
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

void require_output(const std::filesystem::path& path) { place_of(path); }

void write_output(const std::filesystem::path& path, std::string_view bytes) {
  const Place place = place_of(path);
  if (place.descriptor) {
    if (*place.descriptor == STDOUT_FILENO) std::cout.flush();
    if (!write_all(*place.descriptor, bytes)) fail("write", path);
    return;
  }
  if (!place.is_file) {
    const int fd = open(place.path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) fail("write", path);
    const bool good = write_all(fd, bytes);
    const int error = errno;
    if (close(fd) == 0 && good) return;
    if (!good) errno = error;
    fail("write", path);
  }
  const auto [temporary, fd] = new_file_beside(place.path, place.mode);
  if (fd < 0) fail("write", path);
  bool good = write_all(fd, bytes);
  int error = errno;
  if (close(fd) != 0 && good) {
    good = false;
    error = errno;
  }
  if (good && rename(temporary.c_str(), place.path.c_str()) != 0) {
    good = false;
    error = errno;
  }
  if (good) return;
  unlink(temporary.c_str());
  errno = error;
  fail("write", path);
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
