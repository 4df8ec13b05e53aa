#pragma once

namespace oxbow::cli {

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

}  // namespace oxbow::cli
