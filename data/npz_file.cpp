// The zip archive around the arrays of an .npz file (APPNOTE 6.3.3, ISO/IEC 21320-1).
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/error.h"
#include "core/text.h"
#include "data/npy_file.h"

namespace elbow {
namespace {

constexpr std::size_t kEntryBytes = 46, kLocalBytes = 30, kEndBytes = 22;
constexpr std::uint64_t kInZip64 = 0xFFFFFFFF;

[[noreturn]] void fail(const std::string& name, const std::string& message) {
  throw Error("error: " + name + ": " + message, ExitCode::data);
}

[[noreturn]] void damaged(const std::string& name) {
  fail(name, "is a damaged or truncated archive; save it again with numpy.savez.");
}

/// A little-endian number of `count` bytes.
std::uint64_t number_at(const std::string& name, std::string_view bytes, std::uint64_t at,
                        std::size_t count) {
  if (at > bytes.size() || bytes.size() - at < count) damaged(name);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  }
  return value;
}

struct Entry {
  std::string name;  ///< of the array, without .npy
  std::uint64_t flags = 0, method = 0, checksum = 0, packed = 0, size = 0, at = 0;
};

/// Numbers that do not fit in 32 bits stand in the extra field 1, in this order.
void read_zip64(const std::string& name, std::string_view extra, Entry& entry) {
  std::uint64_t at = 0;
  while (at + 4 <= extra.size()) {
    const std::uint64_t id = number_at(name, extra, at, 2),
                        length = number_at(name, extra, at + 2, 2);
    at += 4;
    if (id == 1) {
      for (std::uint64_t* value : {&entry.size, &entry.packed, &entry.at}) {
        if (*value != kInZip64) continue;
        *value = number_at(name, extra, at, 8);
        at += 8;
      }
      return;
    }
    at += length;
  }
}

std::vector<Entry> entries_of(const std::string& name, std::string_view bytes) {
  const std::size_t end = bytes.rfind("PK\x05\x06");
  if (end == std::string_view::npos || bytes.size() - end < kEndBytes) damaged(name);
  const std::uint64_t count = number_at(name, bytes, end + 10, 2);
  std::uint64_t at = number_at(name, bytes, end + 16, 4);
  std::vector<Entry> entries;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (number_at(name, bytes, at, 4) != 0x02014b50) damaged(name);
    Entry entry;
    entry.flags = number_at(name, bytes, at + 8, 2);
    entry.method = number_at(name, bytes, at + 10, 2);
    entry.checksum = number_at(name, bytes, at + 16, 4);
    entry.packed = number_at(name, bytes, at + 20, 4);
    entry.size = number_at(name, bytes, at + 24, 4);
    const std::uint64_t name_length = number_at(name, bytes, at + 28, 2);
    const std::uint64_t extra = number_at(name, bytes, at + 30, 2);
    const std::uint64_t comment = number_at(name, bytes, at + 32, 2);
    entry.at = number_at(name, bytes, at + 42, 4);
    at += kEntryBytes;
    if (bytes.size() - at < name_length + extra) damaged(name);
    entry.name = bytes.substr(at, name_length);
    read_zip64(name, bytes.substr(at + name_length, extra), entry);
    at += name_length + extra + comment;
    if (!entry.name.ends_with(".npy")) continue;
    entry.name.resize(entry.name.size() - 4);
    entries.push_back(entry);
  }
  return entries;
}

std::string inflated(const std::string& name, std::string_view packed, std::uint64_t size) {
  constexpr std::uint64_t kMostOfAByte = 1032;  // what deflate can make of one
  if (size / kMostOfAByte > packed.size()) damaged(name);
  std::string out(size, '\0');
  z_stream stream = {};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw Error("error: zlib does not start.");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  std::uint64_t in = packed.size(), room = size;
  int state = Z_OK;
  while (state == Z_OK && (in > 0 || room > 0)) {
    constexpr std::uint64_t most = 1 << 30;
    stream.avail_in = static_cast<uInt>(std::min(in, most));
    stream.avail_out = static_cast<uInt>(std::min(room, most));
    const uInt in_before = stream.avail_in, room_before = stream.avail_out;
    state = inflate(&stream, Z_NO_FLUSH);
    in -= in_before - stream.avail_in;
    room -= room_before - stream.avail_out;
  }
  inflateEnd(&stream);
  if (state != Z_STREAM_END || room > 0) damaged(name);
  return out;
}

std::string contents(const std::string& name, std::string_view bytes, const Entry& entry) {
  constexpr std::uint64_t kEncrypted = 1, kStored = 0, kDeflated = 8;
  if ((entry.flags & kEncrypted) != 0) fail(name, "is encrypted; save it without a password.");
  if (number_at(name, bytes, entry.at, 4) != 0x04034b50) damaged(name);
  const std::uint64_t begin = entry.at + kLocalBytes + number_at(name, bytes, entry.at + 26, 2) +
                              number_at(name, bytes, entry.at + 28, 2);
  if (begin > bytes.size() || bytes.size() - begin < entry.packed) damaged(name);
  const std::string_view packed = bytes.substr(begin, entry.packed);
  std::string out;
  if (entry.method == kDeflated) {
    out = inflated(name, packed, entry.size);
  } else if (entry.method == kStored && entry.packed == entry.size) {
    out = packed;
  } else {
    fail(name, "is packed by method " + std::to_string(entry.method) +
                   "; save it with numpy.savez or numpy.savez_compressed.");
  }
  const auto checksum = crc32_z(0, reinterpret_cast<const Bytef*>(out.data()), out.size());
  if (checksum != entry.checksum) damaged(name);
  return out;
}

}  // namespace

bool is_npz(std::string_view bytes) {
  return bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06");
}

Points parse_npz(const std::string& name, std::string_view bytes, const std::string& member) {
  if (!is_npz(bytes)) fail(name, "is no archive of NumPy arrays: it does not begin with PK.");
  const std::vector<Entry> entries = entries_of(name, bytes);
  std::vector<std::string> names;
  for (const Entry& entry : entries) names.push_back(entry.name);
  if (names.empty()) fail(name, "is an archive without NumPy arrays (NAME.npy).");
  if (member.empty() && entries.size() > 1) {
    fail(name, "holds the arrays " + in_words(names, "and") + "; say which: " + name + ":" +
                   names.front() + ".");
  }
  for (const Entry& entry : entries) {
    if (!member.empty() && entry.name != member) continue;
    return parse_npy(name + ":" + entry.name, contents(name, bytes, entry));
  }
  const std::string hint = did_you_mean(member, names);
  fail(name, "holds no array '" + member + "'" + (hint.empty() ? "." : hint) + " It has " +
                 in_words(names, "and") + ".");
}

}  // namespace elbow
