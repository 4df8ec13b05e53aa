#pragma once

#include <catch2/catch.hpp>
#include <rapidjson/document.h>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/e2e/program.h"
#include "tests/repo/scratch_repository.h"

namespace oxbow::e2e {

using Texts = std::vector<std::string>;

/// What a run printed as JSON.
rapidjson::Document json(const std::string& text);

/// The texts of a JSON array; of one of objects, those of the field.
Texts texts(const rapidjson::Value& array, const char* field = nullptr);

/// OpamRepository is an opam repository in git. It begins with the compiler comp.1.0.
class OpamRepository : public repo::ScratchRepository {
 public:
  explicit OpamRepository(std::string_view name = "repository");

  /// Writes the opam file of NAME.VERSION: the fields given, below opam-version.
  void package(std::string_view id, std::string_view fields = "") const;

  /// Writes FILE of the package, and returns what extra-files should say of it.
  std::string file(std::string_view id, std::string_view path, std::string_view content) const;

  void remove_package(std::string_view id) const;

  /// Where it is, with a revision if there is one.
  std::string at(std::string_view revision = "") const;
};

std::string directory(std::string_view id);

/// What a plan for one target says, taken from its JSON.
struct Plan {
  struct Finding {
    std::string path;
    std::size_t line;
    std::string level;
    std::string message;
    std::string excerpt;
  };

  explicit Plan(const std::string& text);

  const rapidjson::Value& target(rapidjson::SizeType index = 0) const;
  /// The packages of the layers that are new, without their versions' being repeated.
  std::set<std::string> rebuilt() const;
  /// "CAUSE: TEXT" of a package's only new layer.
  std::string because(std::string_view package) const;
  /// "KIND PACKAGE", one a change.
  Texts changes() const;
  /// The constraints of one unsolved root, "NAME: CONSTRAINT".
  Texts explanation(const char* list, std::string_view package) const;

  rapidjson::Document document;
  std::vector<Finding> findings;
};

/// Change is an OpamRepository with a change under test: what is written before `propose` is the
/// base, on the branch main, and what is written after it the change, on the branch change.
class Change : public OpamRepository {
 public:
  void propose() const;

  /// What is to be given to `oxbow plan`, the change being committed.
  Texts arguments(Texts more = {}) const;

  Plan plan(const Texts& more = {}) const;
  std::string text(const Texts& more = {}) const;
  std::string explain(std::string_view package) const;

  const Program& program() const { return program_; }

 private:
  Program program_;
};

}  // namespace oxbow::e2e
