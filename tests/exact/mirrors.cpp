#include "tests/exact/mirrors.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "opam/package_id.h"
#include "tests/exact/reference_data.h"
#include "tests/scratch_folder.h"

namespace oxbow::exact {
namespace fs = std::filesystem;

std::string mirror_of(std::string_view bundle) {
  static const ScratchFolder scratch;
  static std::map<std::string, std::string, std::less<>> made;
  if (const auto known = made.find(bundle); known != made.end()) return known->second;
  const std::string name(bundle);
  const std::string target = (scratch.path() / (name + ".git")).string();
  const std::string command =
      "git clone -q --mirror '" + data_path(name + ".bundle") + "' '" + target + "'";
  REQUIRE(std::system(command.c_str()) == 0);
  made.emplace(name, target);
  return target;
}

job::RepositoryTree tree_at(std::string_view bundle, std::string_view revision) {
  job::NoProgress progress;
  job::RepositoryOpener opener(fs::path(), progress);
  auto tree = opener.open_state({mirror_of(bundle), std::string(revision), std::nullopt});
  INFO((tree ? std::string() : tree.error().message));
  REQUIRE(tree.has_value());
  return std::move(*tree);
}

opam::Target reference_target(std::string_view compiler) {
  return {*opam::parse_package_id(compiler), *opam::parse_platform("debian-12-x86_64")};
}

}  // namespace oxbow::exact
