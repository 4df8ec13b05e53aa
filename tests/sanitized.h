#pragma once

namespace oxbow::tests {

/// How many of so many random cases are gone through. A sanitized build takes ten times as long for
/// each, and looks for what a part of them shows.
template <typename Count>
constexpr Count cases(Count count) {
#ifdef __SANITIZE_ADDRESS__
  return count / 8;
#else
  return count;
#endif
}

}  // namespace oxbow::tests
