#pragma once

#include <cstdint>
#include <string>

namespace oxbow::fetch {

/// FetchFailure says why a source is not there, and thereby whose matter it is. Its message is one
/// line fit for a terminal: urls in it are escaped, shortened and without a user's name, password
/// or query.
struct FetchFailure {
  enum class Kind : std::uint8_t {
    unavailable,  ///< network trouble, 404, 5xx, time-out, a bad certificate: ours to retry
    refused,      ///< a forbidden address or scheme, too large: the author's
    mismatch,     ///< other bytes than the checksum says: the author's
    cache,        ///< the source cache cannot be written, or git not be started: ours
  };
  Kind kind = Kind::unavailable;
  std::string message;
};

}  // namespace oxbow::fetch
