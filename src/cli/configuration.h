#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/toml.h"
#include "fetch/fetch.h"
#include "job/layer_graph.h"
#include "job/repository.h"
#include "opam/target.h"

namespace oxbow::cli {

/// Configuration is what oxbow.toml says, for who runs `oxbow plan` in a clone without arguments:
///
///   version = 1                 # of this format
///
///   [[repository]]              # the repositories below the clone, in order of priority
///   place = "https://github.com/ocaml/opam-repository.git"
///   revision = "master"         # HEAD where it is left out
///
///   [[target]]
///   compiler = "ocaml-variants.5.2.0+ox"
///   platform = "debian-12-x86_64"   # this where it is left out
struct Configuration {
  std::vector<job::RepositorySpec> repositories;
  std::vector<opam::Target> targets;
};

inline constexpr std::string_view default_platform = "debian-12-x86_64";

/// BuildConfiguration is what an oxbow.toml says of this machine rather than of a repository. Only
/// the user's own is asked: a repository must not say what a machine may connect to.
///
///   [cache]
///   key = "build-id"            # or "day10", to share the cache of a day10
///
///   [fetch]
///   private_addresses = false   # whether sources may come from loopback and private networks
///   local_files = false         # and from file:// urls
///   mirrors = []                # caches of opam, asked first
///
///   [base]
///   command = ""                # makes a base layer instead of mmdebstrap (oxbow base create)
struct BuildConfiguration {
  job::KeyKind keys = job::KeyKind::build_id;
  fetch::FetchSettings fetch;
  std::string base_command;
};

/// The parts that several files have: errors stay in the table.
void check_version(const TomlTable& top);
std::optional<opam::Target> read_target(const TomlTable& table);
BuildConfiguration read_build(const TomlTable& top);

/// Reads these parts of an oxbow.toml.
Result<BuildConfiguration> parse_build_configuration(std::string_view text,
                                                     const std::string& where);

/// What the bot's configuration (bot_configuration.h) says of these.
Result<BuildConfiguration> bot_build_configuration(const std::filesystem::path& file);

/// What the user's own says; all is as usual where there is none.
Result<BuildConfiguration> user_build_configuration();

/// Reads an oxbow.toml; `where` is what errors call it, with the line.
Result<Configuration> parse_configuration(std::string_view text, const std::string& where);

/// The user's own: $XDG_CONFIG_HOME/oxbow/oxbow.toml or ~/.config/oxbow/oxbow.toml, if it is there.
std::optional<std::filesystem::path> user_configuration();

/// Where mirrors are kept: $XDG_CACHE_HOME/oxbow or ~/.cache/oxbow.
std::filesystem::path user_cache();

}  // namespace oxbow::cli
