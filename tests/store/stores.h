#pragma once

#include <catch2/catch.hpp>

#include <string>

#include "base/time.h"
#include "store/database.h"
#include "store/runs.h"

namespace oxbow::store {

inline Database new_store() {
  auto database = Database::in_memory();
  REQUIRE(database);
  return std::move(*database);
}

/// The value of a result that must be one.
template <typename T>
T value(Result<T> result) {
  INFO((result ? "" : result.error().message));
  REQUIRE(result);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline Time at(std::int64_t seconds) { return to_time(seconds * 1000); }

inline RunSubject pull_subject(std::int64_t pull, const std::string& head) {
  RunSubject subject;
  subject.repository = "o/r";
  subject.pull = pull;
  subject.head = head;
  subject.title = "a title";
  subject.base_branch = "main";
  return subject;
}

inline RunId begin_run(Runs& runs, std::int64_t pull, const std::string& head) {
  return value(runs.begin(pull_subject(pull, head), RunScope::everything, Hold::none, {}, "opened",
                          at(1)))
      .run;
}

}  // namespace oxbow::store
