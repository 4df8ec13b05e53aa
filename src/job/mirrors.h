#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "job/progress.h"
#include "repo/git.h"

namespace oxbow::job {

/// Mirrors keeps repositories at URLs near, and brings them up to date when they are opened. What
/// is on this machine is opened where it is. For one thread.
class Mirrors {
 public:
  Mirrors(std::filesystem::path folder, Progress& progress)
      : folder_(std::move(folder)), progress_(&progress) {}

  /// The repository at a place, with these references ("+refs/heads/*:refs/heads/*"; all where none
  /// is given) as they are there, or were at most `may_be` ago.
  Result<std::shared_ptr<repo::GitRepository>> open(
      const std::string& place, const std::vector<std::string>& refspecs = {},
      std::chrono::seconds may_be = std::chrono::seconds(0));

 private:
  Result<std::filesystem::path> mirror(const std::string& url,
                                       const std::vector<std::string>& refspecs,
                                       std::chrono::seconds may_be);

  std::filesystem::path folder_;
  Progress* progress_;
  std::map<std::string, std::chrono::steady_clock::time_point> fetched_;  // by place and refspecs
};

}  // namespace oxbow::job
