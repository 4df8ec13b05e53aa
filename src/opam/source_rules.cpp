#include "opam/source_rules.h"

#include <algorithm>

#include "base/ascii.h"

namespace oxbow::opam {
namespace {

bool is_repository(const Url& url) {
  return url.backend != Backend::http && url.backend != Backend::rsync;
}

}  // namespace

std::optional<std::string> contradiction(const Source& source, const std::vector<Url>& mirrors) {
  const Url& url = source.url;
  if (is_repository(url) && !source.checksums.empty()) {
    return "a repository has a commit and no checksum; remove checksum:, or name an archive";
  }
  for (const Url& mirror : mirrors) {
    if (is_repository(url) != is_repository(mirror)) {
      return "its mirror " + mirror.to_string() + " is " +
             (is_repository(mirror) ? "a repository, and it is an archive"
                                    : "an archive, and it is a repository") +
             "; a mirror gives the same";
    }
    if (is_repository(url) && (mirror.backend != url.backend || mirror.hash != url.hash)) {
      return "its mirror " + mirror.to_string() +
             " does not name the same commit; a mirror gives the same";
    }
  }
  return std::nullopt;
}

bool is_abbreviated_commit(std::string_view name) {
  constexpr std::size_t fewest = 7;
  return name.size() >= fewest && !is_commit(name) && std::ranges::all_of(name, is_hex_digit) &&
         std::ranges::any_of(name, is_digit) && !std::ranges::all_of(name, is_digit);
}

}  // namespace oxbow::opam
