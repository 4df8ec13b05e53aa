#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/e2e/change.h"
#include "tests/e2e/program.h"
#include "tests/real/alone.h"
#include "tests/repo/scratch_repository.h"

namespace oxbow::real {

/// What a file holds; "" if there is none.
std::string content(const std::filesystem::path& file);

using e2e::Ended;
using e2e::Texts;

/// The sandboxes that every case is run with.
inline const Texts sandboxes = {"runc", "bwrap"};

/// Cache is a cache of layers of its own, whose base layer and sources are links to those that
/// tests/world/prepare made.
class Cache {
 public:
  Cache();

  const std::filesystem::path& path() const { return folder_.path(); }
  std::filesystem::path layers() const { return path() / "debian-12-x86_64"; }

  /// NAME.VERSION of every layer there, once for each.
  std::multiset<std::string> packages() const;
  /// The keys of the layers.
  std::set<std::string> keys() const;
  /// The only layer of NAME.VERSION.
  std::filesystem::path layer_of(std::string_view package) const;

 private:
  ScratchFolder folder_;
};

/// Overlay is a git repository with packages of ours above Debian's OCaml: what is written before
/// `propose` is the base, on the branch main, and after it the change, on the branch change.
class Overlay : public e2e::OpamRepository {
 public:
  /// Empty, or with the packages of tests/data/world-overlay.
  enum class Begin { empty, with_patches };
  explicit Overlay(Begin begin);

  void propose() const;

  /// The arguments of `oxbow check` or `oxbow plan`: this change above tests/data/world.
  Texts arguments(Texts more) const;

 private:
  e2e::OpamRepository world_;
};

/// What `oxbow check --json` says.
struct Checked {
  explicit Checked(const Ended& ended);

  /// "OUTCOME" or "OUTCOME (TROUBLE)" of every layer of the head, by NAME.VERSION.
  std::map<std::string, std::string> layers() const;
  /// The packages that were built in this run, on the head and the base.
  std::multiset<std::string> built() const;
  /// The verdict on every root that is told, by NAME.VERSION.
  std::map<std::string, std::string> verdicts() const;

  int code;
  rapidjson::Document document;
};

}  // namespace oxbow::real
