#include "fetch/source_cache.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "base/build_user.h"
#include "base/file.h"
#include "base/hash.h"

namespace oxbow::fetch {
namespace fs = std::filesystem;
namespace {

// A folder that everyone may read, whatever our umask is, with those above it.
Result<void> make_readable_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return {};
  if (folder.has_relative_path()) {
    TRY(make_readable_folder(folder.parent_path()));
  }
  if (::mkdir(folder.c_str(), 0755) == 0) {
    ::chmod(folder.c_str(), 0755);
  } else if (errno != EEXIST) {
    return fail(system_message(folder, errno));
  }
  return {};
}

Result<void> put_in_place(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return fail(system_message(to, errno));
  return {};
}

}  // namespace

Unfinished::~Unfinished() {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

fs::path SourceCache::file(const opam::Checksum& checksum) const {
  return folder_ / name(checksum.kind) / checksum.hex.substr(0, 2) / checksum.hex;
}

fs::path SourceCache::repository(std::string_view url, std::string_view commit) const {
  return folder_ / "git" / sha256_hex(url) / commit;
}

std::optional<opam::Checksum> SourceCache::find(
    const std::vector<opam::Checksum>& checksums) const {
  for (const opam::Checksum& checksum : checksums) {
    const fs::path path = file(checksum);
    const auto wrong = wrong_checksum(path, checksums);
    if (!wrong || *wrong) continue;
    const bool has_all = std::ranges::all_of(checksums, [&](const opam::Checksum& other) {
      std::error_code error;
      return fs::equivalent(path, file(other), error);
    });
    if (has_all) return strongest(checksums);
    // Under the others, too. A cache that cannot be written serves this one.
    const auto unfinished = begin();
    if (!unfinished || ::link(path.c_str(), unfinished->file().c_str()) != 0 ||
        !keep_file(*unfinished, checksums)) {
      return checksum;
    }
    return strongest(checksums);
  }
  return std::nullopt;
}

Result<Unfinished> SourceCache::begin() const {
  TRY(make_readable_folder(folder_));
  std::string name = folder_ / ".new-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) return fail(system_message(name, errno));
  return Unfinished(name);
}

Result<void> SourceCache::keep_file(const Unfinished& unfinished,
                                    const std::vector<opam::Checksum>& checksums) const {
  const fs::path from = unfinished.file();
  if (::chmod(from.c_str(), 0644) != 0) return fail(system_message(from, errno));
  for (const opam::Checksum& checksum : checksums) {
    const fs::path to = file(checksum);
    const fs::path link = unfinished.folder_ / checksum.hex;
    TRY(make_readable_folder(to.parent_path()));
    ::unlink(link.c_str());  // of a checksum that is named twice
    if (::link(from.c_str(), link.c_str()) != 0) return fail(system_message(link, errno));
    // What lies there already has this checksum, too, or is damaged: either may be replaced.
    TRY(put_in_place(link, to));
  }
  return {};
}

Result<void> SourceCache::keep_repository(const Unfinished& unfinished, std::string_view url,
                                          std::string_view commit) const {
  const fs::path from = unfinished.repository();
  const fs::path to = repository(url, commit);
  TRY(make_readable_folder(to.parent_path()));
  if (::chmod(from.c_str(), 0755) != 0) return fail(system_message(from, errno));
  // Who is not root builds as the user who fetched, to whom it belongs already.
  if (::chown(from.c_str(), build_user, build_user) != 0 && ::geteuid() == 0) {
    return fail(system_message(from, errno));
  }
  if (auto done = put_in_place(from, to); !done && !fs::exists(to / "HEAD")) return done;
  return {};
}

const opam::Checksum& strongest(const std::vector<opam::Checksum>& checksums) {
  return *std::ranges::max_element(checksums, {}, &opam::Checksum::kind);
}

Result<std::vector<opam::Checksum>> digests(const fs::path& file,
                                            const std::vector<HashKind>& kinds) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return fail(system_message(file, errno));
  struct stat status{};
  const bool regular = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  const std::size_t size = regular ? static_cast<std::size_t>(status.st_size) : 0;
  void* memory = nullptr;
  if (size > 0) memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  const int code = errno;
  ::close(descriptor);
  if (!regular) return fail(file.string() + ": not a file");
  if (memory == MAP_FAILED) return fail(system_message(file, code));
  std::vector<opam::Checksum> result;
  for (const HashKind kind : kinds) {
    result.push_back({kind, hex_digest(kind, {static_cast<const char*>(memory), size})});
  }
  if (memory != nullptr) ::munmap(memory, size);
  return result;
}

Result<std::optional<WrongChecksum>> wrong_checksum(const fs::path& file,
                                                    const std::vector<opam::Checksum>& checksums) {
  std::vector<HashKind> kinds;
  for (const opam::Checksum& checksum : checksums) kinds.push_back(checksum.kind);
  TRY_ASSIGN(auto got, digests(file, kinds));
  for (std::size_t i = 0; i < checksums.size(); ++i) {
    if (got[i] != checksums[i]) return WrongChecksum{checksums[i], std::move(got[i])};
  }
  return std::nullopt;
}

}  // namespace oxbow::fetch
