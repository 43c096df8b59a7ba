// Files that are there whole or not at all.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace elbow {

/// Writes `bytes`, flushes them to the disk if `sync`. Throws Error that names the file and why.
void write_file(const std::filesystem::path& path, std::string_view bytes, bool sync);

/// Writes to a temporary file beside it and renames: readers see the old or the new content.
void replace_file(const std::filesystem::path& path, std::string_view bytes, bool sync = false);

/// Makes renames in this directory durable.
void sync_directory(const std::filesystem::path& path);

/// Throws Error that names the file and why it cannot be read.
std::string read_bytes(const std::filesystem::path& path);

}  // namespace elbow
