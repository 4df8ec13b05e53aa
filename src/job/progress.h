#pragma once

#include <cstddef>
#include <string_view>

namespace oxbow::job {

/// Progress is told how long work goes. Calls come from any thread, several at once.
class Progress {
 public:
  virtual ~Progress() = default;
  /// `total` is 0 while it is not known. A stage ends where another begins.
  virtual void at(std::string_view stage, std::size_t done, std::size_t total) = 0;
};

/// For who does not want to know.
class NoProgress final : public Progress {
 public:
  void at(std::string_view /*stage*/, std::size_t /*done*/, std::size_t /*total*/) override {}
};

}  // namespace oxbow::job
