// TensorBoard's event files: checksummed records of protocol buffers, encoded by hand.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "instrumentation/append_file.h"

namespace elbow {

/// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), as of iSCSI and TFRecord.
std::uint32_t crc32c(std::string_view bytes);
/// The checksum as TFRecord stores it: rotated right by 15 bits plus 0xA282EAD8.
std::uint32_t masked_crc32c(std::string_view bytes);

/// Appends one TFRecord: length (8 bytes, little-endian), its masked CRC-32C, the bytes, theirs.
void append_record(std::string& out, std::string_view bytes);

/// The fields of a protocol buffer in the order in which they are added. Defaults are written too.
class Message {
 public:
  Message& varint(int field, std::uint64_t value);
  Message& real(int field, double value);            ///< fixed64
  Message& single(int field, float value);           ///< fixed32
  Message& text(int field, std::string_view bytes);  ///< string or bytes
  Message& message(int field, const Message& inner) { return text(field, inner.bytes()); }
  const std::string& bytes() const { return bytes_; }

 private:
  void tag(int field, unsigned wire);
  std::string bytes_;
};

/// `value` as a float; beyond its range an infinity.
float to_single(double value);

/// Which plugin shows a series, and what stands beside it; with the first value of the series.
struct SeriesInfo {
  std::string plugin;            ///< "scalars", "images", ...
  int data_class = 0;            ///< 1 scalar, 2 tensor, 3 sequence of blobs
  std::string content = {};      ///< the plugin's own message
  std::string description = {};  ///< Markdown
};

// Values of a summary (message tensorboard.Summary.Value); info: null after the first of a series.
Message scalar_value(const std::string& tag, double value, const SeriesInfo* info);
Message texts_value(const std::string& tag, const std::vector<std::string>& texts, bool list,
                    const SeriesInfo* info);
/// Rows (left, right, count) of `buckets` equal intervals over the finite numbers; one interval of
/// width 1 where they are all equal. No values: no rows.
Message histogram_value(const std::string& tag, const std::vector<double>& numbers, int buckets,
                        const SeriesInfo* info);
/// A series that is only its info.
Message empty_value(const std::string& tag, const SeriesInfo& info);

/// One file of events, begun with the version that TensorBoard asks for. Errors: those of
/// AppendFile.
class EventFile {
 public:
  /// Creates events.out.tfevents.<unix time>.<host>.<pid>.elbow in `directory`; the time is moved
  /// past that of every event file there, because readers take them in the order of their names.
  void create(const std::filesystem::path& directory, double now);
  bool is_open() const { return file_.is_open(); }
  const std::filesystem::path& path() const { return path_; }

  /// Adds the values as one event.
  void summary(double now, std::int64_t step, const std::vector<Message>& values);
  /// What an earlier file holds of this step and later ones is void: the run goes on from before.
  void session_start(double now, std::int64_t step);

  std::int64_t waiting() { return static_cast<std::int64_t>(file_.buffer().size()); }
  void flush() { file_.flush(); }
  void sync() { file_.sync(); }
  void close() { file_.close(); }

  /// Whether `directory` holds event files.
  static bool any_in(const std::filesystem::path& directory);

 private:
  std::filesystem::path path_;
  AppendFile file_;
};

}  // namespace elbow
