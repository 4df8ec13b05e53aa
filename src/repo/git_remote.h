#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace oxbow::repo {

/// How far a transfer is.
struct TransferProgress {
  std::size_t objects_total = 0;
  std::size_t objects_received = 0;
};

/// Told how far a transfer is, on the calling thread; false gives it up.
using OnProgress = std::function<bool(const TransferProgress&)>;

/// Whether `text` names a repository elsewhere (it has "://", or is scp's USER@HOST:PATH) and not
/// one on disk.
bool is_url(std::string_view text);

/// `url` without a user's name and password, for messages and folder names.
std::string without_credentials(std::string_view url);

/// Brings the bare mirror of `url` under `cache` up to date, cloning it at first, and says where it
/// is. What is mirrored are the references that `refspecs` name, as git writes them: all of them
/// where there are none. Those that are gone there are gone here. Its HEAD is the remote's default
/// branch.
///
/// Two processes or threads that mirror one URL take turns by a lock file; waiting ends with an
/// error after ten minutes. A clone that is broken off leaves no mirror, and what a fetch that was
/// killed leaves in one is removed by the next. Who signs in does so by an ssh agent; nothing is
/// asked for.
Result<std::filesystem::path> mirror(std::string_view url, const std::filesystem::path& cache,
                                     const OnProgress& on_progress = {},
                                     const std::vector<std::string>& refspecs = {});

/// Where that mirror is, whether there is one or not.
std::filesystem::path mirror_folder(std::string_view url, const std::filesystem::path& cache);

}  // namespace oxbow::repo
