#include "solve/target.h"

#include <array>
#include <utility>

namespace oxbow::solve {
namespace {

// opam's os-family: the first word of ID_LIKE in the distribution's os-release, or its own name.
std::string_view family(std::string_view distribution) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> families = {{
      {"ubuntu", "debian"},
      {"raspbian", "debian"},
      {"linuxmint", "ubuntu"},
      {"centos", "rhel"},
      {"rocky", "rhel"},
      {"almalinux", "rhel"},
      {"ol", "fedora"},
      {"opensuse-leap", "suse"},
      {"opensuse-tumbleweed", "opensuse"},
      {"manjaro", "arch"},
      {"homebrew", "homebrew"},
      {"macports", "macports"},
  }};
  for (const auto& [name, of] : families) {
    if (name == distribution) return of;
  }
  return distribution;
}

std::string_view system(std::string_view distribution) {
  if (distribution == "homebrew" || distribution == "macports") return "macos";
  if (distribution == "freebsd" || distribution == "openbsd") return distribution;
  return "linux";
}

}  // namespace

Result<Platform> parse_platform(std::string_view text) {
  const std::size_t arch = text.rfind('-');
  const std::size_t version =
      arch == std::string_view::npos || arch == 0 ? arch : text.rfind('-', arch - 1);
  const bool whole = version != std::string_view::npos && version != 0 && version + 1 < arch &&
                     arch + 1 < text.size();
  if (!whole) {
    return fail("'" + std::string(text) +
                "' is not a platform; write DISTRIBUTION-VERSION-ARCH, as in debian-12-x86_64");
  }
  const std::string_view distribution = text.substr(0, version);
  return Platform{std::string(system(distribution)), std::string(distribution),
                  std::string(family(distribution)),
                  std::string(text.substr(version + 1, arch - version - 1)),
                  std::string(text.substr(arch + 1))};
}

}  // namespace oxbow::solve
