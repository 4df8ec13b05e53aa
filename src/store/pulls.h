#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "store/database.h"

namespace oxbow::store {

/// What is known of a pull request from the events about it.
struct Pull {
  std::string repository;  ///< "OWNER/NAME"
  std::int64_t number = 0;
  std::int64_t installation = 0;
  std::string title;
  std::string author;
  std::string head;         ///< commit
  std::string base_branch;  ///< "main"
  bool draft = false;
  bool open = true;
  std::string approved_head;  ///< the head that `ok-to-test` was said of, if it was
  std::string updated_at;     ///< GitHub's own time of the state above ("2026-11-26T12:00:00Z")
};

/// Pulls keeps them.
class Pulls {
 public:
  explicit Pulls(Database& database) : database_(&database) {}

  Result<std::optional<Pull>> find(std::string_view repository, std::int64_t number);

  /// Makes or replaces one.
  Result<void> set(const Pull& pull);

 private:
  Database* database_;
};

}  // namespace oxbow::store
