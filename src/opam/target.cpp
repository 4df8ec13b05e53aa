#include "opam/target.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace oxbow::opam {
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

constexpr std::string_view separator = " on ";

std::string short_name(const std::string& compiler, const Target& target) {
  return compiler + " · " + target.platform.to_string();
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

Result<Target> parse_target(std::string_view text) {
  const std::size_t end = std::min(text.find(separator), text.size());
  auto compiler = parse_package_id(text.substr(0, end));
  if (!compiler || end == text.size()) {
    return fail("'" + std::string(text) +
                "' is not a target; write COMPILER on PLATFORM, as in ocaml.5.3.0 on "
                "debian-12-x86_64");
  }
  TRY_ASSIGN(auto platform, parse_platform(text.substr(end + separator.size())));
  return Target{std::move(*compiler), std::move(platform)};
}

std::vector<std::string> short_names(std::span<const Target> targets) {
  std::map<std::string, std::size_t> uses;
  for (const Target& target : targets) ++uses[short_name(target.compiler.version, target)];
  std::vector<std::string> names;
  for (const Target& target : targets) {
    std::string name = short_name(target.compiler.version, target);
    if (uses[name] > 1) name = short_name(target.compiler.to_string(), target);
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace oxbow::opam
