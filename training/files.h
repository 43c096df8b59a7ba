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

/// Writes a file that the user named. What is there keeps its kind: devices, pipes and open file
/// descriptors (/dev/stdout, /dev/fd/N) are written to; a link stays and the file that it leads to
/// is replaced as a whole, with the same permissions. Errors: as require_output; what cannot be
/// written is named, and nothing is left behind.
void write_output(const std::filesystem::path& path, std::string_view bytes);

/// Before the work whose result goes there: throws Error(usage) for directories, disks, links that
/// lead in a circle, and files in a directory that does not exist.
void require_output(const std::filesystem::path& path);

/// Makes renames in this directory durable.
void sync_directory(const std::filesystem::path& path);

/// Throws Error that names the file and why it cannot be read.
std::string read_bytes(const std::filesystem::path& path);

}  // namespace elbow
