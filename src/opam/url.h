#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oxbow::opam {

/// How a source is fetched.
enum class Backend : std::uint8_t { http, rsync, git, darcs, hg };

/// Url is a place sources come from, taken apart as opam does.
/// Source: opam 2.4.1 src/core/opamUrl.ml.
struct Url {
  Backend backend = Backend::http;
  std::string transport = "https";
  std::string path;
  std::optional<std::string> hash;  ///< what follows '#': a branch, a tag, a commit

  /// opam's own spelling of it, which effective parts contain.
  std::string to_string() const;
  friend bool operator==(const Url&, const Url&) = default;
};

/// Reads a url, of the given backend if it is not to be guessed. None where opam refuses it.
/// A relative path is made absolute as if the current directory were '/', since opam's own answer
/// would depend on where it was started.
std::optional<Url> parse_url(std::string_view text, std::optional<Backend> backend = std::nullopt);

/// The last component of the path.
std::string_view basename(const Url& url);

/// Whether `hash` is a whole commit id, so that what the url yields cannot change.
bool is_commit(std::string_view hash);

}  // namespace oxbow::opam
