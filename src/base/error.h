#pragma once

#include <expected>
#include <string>
#include <utility>

namespace oxbow {

/// Error says what could not be done, in one line that names the thing, the place and the way out.
/// It is for what goes wrong around us (a missing file, a corrupt repository, a bad argument);
/// an outcome such as "unsatisfiable" is a value, and a bug aborts.
struct Error {
  std::string message;
};

template <typename T>
using Result = std::expected<T, Error>;

/// `return fail("no such file: " + path)` without spelling the expected's type.
inline std::unexpected<Error> fail(std::string message) {
  return std::unexpected(Error{std::move(message)});
}

}  // namespace oxbow

// NOLINTBEGIN(cppcoreguidelines-macro-usage): only a macro can return from where it stands.

/// TRY(expression) goes on if the expression, a std::expected, has a value, which is dropped; and
/// otherwise returns its error from the function.
#define TRY(...)                                              \
  do {                                                        \
    if (auto oxbow_tried = (__VA_ARGS__); !oxbow_tried) {     \
      return std::unexpected(std::move(oxbow_tried).error()); \
    }                                                         \
  } while (false)

/// TRY_ASSIGN(auto name, expression) is `auto name = VALUE` for the expression's value; without
/// one it returns the error from the function. The first argument may assign to what is there.
#define TRY_ASSIGN(target, ...) \
  OXBOW_TRY_ASSIGN(OXBOW_JOIN(oxbow_tried_, __LINE__), target, __VA_ARGS__)

#define OXBOW_TRY_ASSIGN(name, target, ...)                   \
  auto name = (__VA_ARGS__);                                  \
  if (!name) return std::unexpected(std::move(name).error()); \
  target = *std::move(name)
#define OXBOW_JOIN(left, right) OXBOW_JOIN_EXPANDED(left, right)
#define OXBOW_JOIN_EXPANDED(left, right) left##right

// NOLINTEND(cppcoreguidelines-macro-usage)
