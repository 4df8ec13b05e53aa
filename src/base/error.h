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
