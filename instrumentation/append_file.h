// A file that only grows, written in blocks, and that can be cut back to an earlier length.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace elbow {

/// Every failure of the operating system throws Error with the path and its words.
class AppendFile {
 public:
  AppendFile() = default;
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  /// Opens or creates it, keeping what it holds.
  void open(const std::filesystem::path& path);
  bool is_open() const { return descriptor_ >= 0; }
  /// Cuts it to `bytes`. Throws when it is shorter than that.
  void truncate(std::int64_t bytes);
  /// Where the next line is put together; flush() writes it.
  std::string& buffer() { return buffer_; }
  void flush();
  /// flush(), then wait until the disk has it.
  void sync();
  /// Bytes written and waiting.
  std::int64_t size() const { return size_ + static_cast<std::int64_t>(buffer_.size()); }
  void close();

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::int64_t size_ = 0;
  std::string buffer_;
};

}  // namespace elbow
