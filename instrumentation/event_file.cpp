#include "instrumentation/event_file.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <limits>

namespace elbow {
namespace {

constexpr const char* kPrefix = "events.out.tfevents.";

using Table = std::array<std::uint32_t, 256>;

constexpr Table make_table() {
  Table table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c & 1u) != 0 ? c >> 1 ^ 0x82F63B78u : c >> 1;
    table[i] = c;
  }
  return table;
}

template <class Number>
void append_little_endian(std::string& out, Number value) {
  for (std::size_t i = 0; i < sizeof value; ++i) {
    out += static_cast<char>(value >> (8 * i) & 0xFF);
  }
}

void append_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>((value & 0x7F) | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

/// TensorShapeProto.
Message shape(const std::vector<std::int64_t>& sizes) {
  Message all;
  for (const std::int64_t size : sizes) {
    all.message(2, Message().varint(1, static_cast<std::uint64_t>(size)));
  }
  return all;
}

enum : std::uint64_t { kFloat = 1, kDouble = 2, kString = 7 };  // DataType

/// Summary.Value without its value. SummaryMetadata is its field 9.
Message series(const std::string& tag, const SeriesInfo* info) {
  Message value;
  value.text(1, tag);
  if (info == nullptr) return value;
  Message plugin, metadata;
  plugin.text(1, info->plugin);
  if (!info->content.empty()) plugin.text(2, info->content);
  metadata.message(1, plugin);
  if (!info->description.empty()) metadata.text(3, info->description);
  metadata.varint(4, static_cast<std::uint64_t>(info->data_class));
  return value.message(9, metadata);
}

Message event(double now, std::int64_t step) {
  Message message;
  message.real(1, now).varint(2, static_cast<std::uint64_t>(step));
  return message;
}

std::string host() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  std::string text = name.data();
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

/// Unix time in the name of an event file; 0 for other files.
std::int64_t time_in(const std::string& name) {
  if (!name.starts_with(kPrefix)) return 0;
  return std::strtoll(name.c_str() + std::string_view(kPrefix).size(), nullptr, 10);
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static constexpr Table table = make_table();
  std::uint32_t c = 0xFFFFFFFFu;
  for (const char byte : bytes) c = table[(c ^ static_cast<unsigned char>(byte)) & 0xFF] ^ c >> 8;
  return ~c;
}

std::uint32_t masked_crc32c(std::string_view bytes) {
  return std::rotr(crc32c(bytes), 15) + 0xA282EAD8u;
}

void append_record(std::string& out, std::string_view bytes) {
  std::string length;
  append_little_endian(length, static_cast<std::uint64_t>(bytes.size()));
  out += length;
  append_little_endian(out, masked_crc32c(length));
  out += bytes;
  append_little_endian(out, masked_crc32c(bytes));
}

void Message::tag(int field, unsigned wire) {
  append_varint(bytes_, static_cast<std::uint64_t>(field) << 3 | wire);
}

Message& Message::varint(int field, std::uint64_t value) {
  tag(field, 0);
  append_varint(bytes_, value);
  return *this;
}

Message& Message::real(int field, double value) {
  tag(field, 1);
  append_little_endian(bytes_, std::bit_cast<std::uint64_t>(value));
  return *this;
}

Message& Message::single(int field, float value) {
  tag(field, 5);
  append_little_endian(bytes_, std::bit_cast<std::uint32_t>(value));
  return *this;
}

Message& Message::text(int field, std::string_view bytes) {
  tag(field, 2);
  append_varint(bytes_, bytes.size());
  bytes_ += bytes;
  return *this;
}

float to_single(double value) {
  constexpr double largest = std::numeric_limits<float>::max();
  if (value > largest) return std::numeric_limits<float>::infinity();
  if (value < -largest) return -std::numeric_limits<float>::infinity();
  return static_cast<float>(value);
}

Message scalar_value(const std::string& tag, double value, const SeriesInfo* info) {
  return series(tag, info).single(2, to_single(value));
}

Message texts_value(const std::string& tag, const std::vector<std::string>& texts, bool list,
                    const SeriesInfo* info) {
  Message tensor;
  tensor.varint(1, kString);
  tensor.message(2, list ? shape({static_cast<std::int64_t>(texts.size())}) : shape({}));
  for (const std::string& text : texts) tensor.text(8, text);
  return series(tag, info).message(8, tensor);
}

Message histogram_value(const std::string& tag, const std::vector<double>& numbers, int buckets,
                        const SeriesInfo* info) {
  std::vector<double> finite;
  std::copy_if(numbers.begin(), numbers.end(), std::back_inserter(finite),
               [](double x) { return std::isfinite(x); });
  std::vector<double> rows;
  if (!finite.empty()) {
    const auto [low, high] = std::minmax_element(finite.begin(), finite.end());
    const double left = *low, width = *high - *low;
    if (!(width > 0.0)) {
      rows = {left - 0.5, left + 0.5, static_cast<double>(finite.size())};
    } else {
      std::vector<double> counts(static_cast<std::size_t>(buckets), 0.0);
      for (const double x : finite) {
        const auto i = static_cast<std::size_t>((x - left) / width * buckets);
        counts[std::min(i, counts.size() - 1)] += 1.0;  // the largest belongs to the last
      }
      for (int i = 0; i < buckets; ++i) {
        rows.push_back(left + width * i / buckets);
        rows.push_back(left + width * (i + 1) / buckets);
        rows.push_back(counts[static_cast<std::size_t>(i)]);
      }
    }
  }
  std::string content;
  for (const double x : rows) append_little_endian(content, std::bit_cast<std::uint64_t>(x));
  Message tensor;
  tensor.varint(1, kDouble)
      .message(2, shape({static_cast<std::int64_t>(rows.size() / 3), 3}))
      .text(4, content);
  return series(tag, info).message(8, tensor);
}

Message empty_value(const std::string& tag, const SeriesInfo& info) {
  return series(tag, &info).message(8, Message().varint(1, kFloat).message(2, shape({0})));
}

bool EventFile::any_in(const std::filesystem::path& directory) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (time_in(entry.path().filename().string()) > 0) return true;
  }
  return false;
}

void EventFile::create(const std::filesystem::path& directory, double now) {
  auto time = static_cast<std::int64_t>(now);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    time = std::max(time, time_in(entry.path().filename().string()) + 1);
  }
  path_ = directory / (kPrefix + std::to_string(time) + "." + host() + "." +
                       std::to_string(getpid()) + ".elbow");
  file_.open(path_);
  append_record(file_.buffer(), event(now, 0).text(3, "brain.Event:2").bytes());
}

void EventFile::summary(double now, std::int64_t step, const std::vector<Message>& values) {
  if (values.empty()) return;
  Message all;
  for (const Message& value : values) all.message(1, value);
  append_record(file_.buffer(), event(now, step).message(5, all).bytes());
}

void EventFile::session_start(double now, std::int64_t step) {
  const Message log = Message().varint(1, 1);  // SessionLog: status START
  append_record(file_.buffer(), event(now, step).message(7, log).bytes());
}

}  // namespace elbow
