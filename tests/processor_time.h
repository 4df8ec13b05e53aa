#pragma once

#include <ctime>

namespace oxbow::tests {

/// ProcessorTime says how long this process has worked since the object was made. Waiting for
/// others on the machine does not count, so a test may hold it against a limit: one that is far
/// above what is right and far below what is wrong.
class ProcessorTime {
 public:
  double seconds() const {
    return static_cast<double>(std::clock() - start_) / static_cast<double>(CLOCKS_PER_SEC);
  }

 private:
  std::clock_t start_ = std::clock();
};

}  // namespace oxbow::tests
