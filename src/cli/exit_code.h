#pragma once

namespace oxbow::cli {

/// What the program's exit code says. They are stable.
enum class ExitCode : int {
  done = 0,       ///< it did what was asked, whatever the answer
  bad_news = 1,   ///< it did, and found what it was to look for: a regression, a failed build
  could_not = 2,  ///< it could not: bad arguments, a repository that cannot be read, …
};

}  // namespace oxbow::cli
