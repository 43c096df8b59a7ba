#include "instrumentation/append_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace elbow {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& what) {
  throw Error("Cannot " + what + " " + path.string() + ": " + std::strerror(errno) + ".");
}

}  // namespace

AppendFile::~AppendFile() {
  try {
    close();
  } catch (const Error&) {
    // A destructor has nobody to tell; save() and finish() report the same failure.
  }
}

void AppendFile::open(const std::filesystem::path& path) {
  close();
  path_ = path;
  descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) fail(path_, "open");
  size_ = ::lseek(descriptor_, 0, SEEK_END);
  if (size_ < 0) fail(path_, "seek in");
}

void AppendFile::truncate(std::int64_t bytes) {
  flush();
  if (bytes > size_) {
    throw Error(path_.string() + " has " + std::to_string(size_) +
                " bytes, but the checkpoint was "
                "written when it had " +
                std::to_string(bytes) +
                ". Restore the file, or start the run anew with --overwrite.");
  }
  if (::ftruncate(descriptor_, bytes) != 0) fail(path_, "truncate");
  if (::lseek(descriptor_, bytes, SEEK_SET) < 0) fail(path_, "seek in");
  size_ = bytes;
}

void AppendFile::flush() {
  const char* data = buffer_.data();
  std::size_t left = buffer_.size();
  while (left > 0) {
    const ssize_t written = ::write(descriptor_, data, left);
    if (written < 0) {
      if (errno == EINTR) continue;
      buffer_.clear();
      fail(path_, "write");
    }
    data += written;
    left -= static_cast<std::size_t>(written);
    size_ += written;
  }
  buffer_.clear();
}

void AppendFile::sync() {
  flush();
  if (::fdatasync(descriptor_) != 0 && errno != EINVAL) fail(path_, "flush");
}

void AppendFile::close() {
  if (descriptor_ < 0) return;
  const int descriptor = descriptor_;
  try {
    flush();
  } catch (...) {
    descriptor_ = -1;
    ::close(descriptor);
    throw;
  }
  descriptor_ = -1;
  if (::close(descriptor) != 0) fail(path_, "close");
}

}  // namespace elbow
