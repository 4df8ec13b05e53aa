#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "base/error.h"

namespace oxbow {

/// What a file holds; an error that names it where it cannot be read or is longer than `limit`.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit = 1U << 30);

/// How many bytes an open file holds; 0 where that cannot be told.
std::uint64_t size_of(const Descriptor& file);

/// At most `most` bytes of a file from byte `begin` on; fewer where it ends or cannot be read.
std::string read_part(const Descriptor& file, std::uint64_t begin, std::uint64_t most);

/// At most the last `most` bytes of a file, without reading those before; none of one that cannot
/// be read.
std::string read_end(const Descriptor& file, std::uint64_t most);
std::string read_end(const std::filesystem::path& path, std::uint64_t most);

/// Makes or replaces a file. It is written under another name beside and then renamed, so that no
/// one ever sees half of it.
Result<void> write_file(const std::filesystem::path& path, std::string_view text);

/// Writes the whole of a text to a descriptor that waits; false, and errno, where it cannot.
bool write_all(int descriptor, std::string_view text);

/// Makes a folder and those above it, where they are missing.
Result<void> make_folders(const std::filesystem::path& path);

/// Whether there is anything of this name, be it a link to nowhere.
bool is_there(const std::filesystem::path& path);

/// "PATH: what the system says", for the error number `code`.
std::string system_message(const std::filesystem::path& path, int code);

}  // namespace oxbow
