#pragma once

#include <cstdint>
#include <string>

namespace oxbow::github {

/// A pull request as GitHub describes it, in its events and when it is asked.
struct PullRequest {
  std::int64_t number = 0;
  std::string title;
  std::string author;
  std::string head;         ///< commit
  std::string base_branch;  ///< "main"
  bool draft = false;
  bool open = true;
  std::string updated_at;  ///< "2026-11-26T12:00:00Z"
};

}  // namespace oxbow::github
