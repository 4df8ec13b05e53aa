#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "job/repository.h"
#include "solve/target.h"

namespace oxbow::cli {

/// Configuration is what oxbow.toml says, for who runs `oxbow plan` in a clone without arguments:
///
///   version = 1                 # of this format
///
///   [[repository]]              # the repositories below the clone, in order of priority
///   place = "https://github.com/ocaml/opam-repository.git"
///   revision = "master"         # HEAD where it is left out
///
///   [[target]]                  # at least one
///   compiler = "ocaml-variants.5.2.0+ox"
///   platform = "debian-12-x86_64"   # this where it is left out
struct Configuration {
  std::vector<job::RepositorySpec> repositories;
  std::vector<solve::Target> targets;
};

inline constexpr std::string_view default_platform = "debian-12-x86_64";

/// Reads an oxbow.toml; `where` is what errors call it, with the line.
Result<Configuration> parse_configuration(std::string_view text, const std::string& where);

/// The user's own: $XDG_CONFIG_HOME/oxbow/oxbow.toml or ~/.config/oxbow/oxbow.toml, if it is there.
std::optional<std::filesystem::path> user_configuration();

/// Where mirrors are kept: $XDG_CACHE_HOME/oxbow or ~/.cache/oxbow.
std::filesystem::path user_cache();

}  // namespace oxbow::cli
