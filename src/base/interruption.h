#pragma once

#include <stop_token>
#include <thread>

#include "base/descriptor.h"

namespace oxbow {

/// Interruption turns the first Ctrl-C (SIGINT) or SIGTERM into something to ask for, while it
/// lives; the second ends the program at once. A signal that was ignored stays so. There is one at
/// a time.
class Interruption {
 public:
  Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  ~Interruption();

  /// Whether it came. May be called by any thread.
  bool requested() const;

  /// Readable from then on; -1 if there can be none.
  int descriptor() const;
};

/// StopOnInterruption requests a stop when an Interruption comes, which has to outlive it. It has a
/// thread while it lives, and ends whether one came or not.
class StopOnInterruption {
 public:
  explicit StopOnInterruption(const Interruption& interruption);
  StopOnInterruption(const StopOnInterruption&) = delete;
  StopOnInterruption& operator=(const StopOnInterruption&) = delete;
  ~StopOnInterruption();

  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  Descriptor wake_;
  std::jthread thread_;  // the last one: it uses the others
};

}  // namespace oxbow
