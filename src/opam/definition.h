#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "opam/checksum.h"
#include "opam/syntax.h"
#include "opam/url.h"

namespace oxbow::opam {

/// The fields that affect a build, in the order in which opam prints them.
enum class Field : std::uint8_t {
  depends,
  depopts,
  conflicts,
  conflict_class,
  available,
  flags,
  setenv,
  build,
  run_test,
  install,
  remove,
  substs,
  patches,
  build_env,
  features,
  extra_files,
  build_doc,
};
inline constexpr std::size_t field_count = 17;

/// The field's name in the file: "build-env".
std::string_view name(Field field);

/// Where a package's sources, or one more file of them, come from.
struct Source {
  std::string title;  ///< of an extra-source; the file it becomes
  Url url;
  std::vector<Checksum> checksums;

  /// Whether opam takes the package for one in development: not by http, and nothing that
  /// says what is there.
  bool is_development() const { return checksums.empty() && url.backend != Backend::http; }
};

/// FieldError says why opam ignores a field.
struct FieldError {
  std::string field;
  std::size_t offset = 0;
  std::string message;
};

/// Definition is what an opam file says, without regard to which package it defines, so that
/// equal files are read once. It is immutable, and safe to read from any thread.
class Definition {
 public:
  /// Reads a file's text. The error is for what opam cannot read at all: a syntax error, a format
  /// version above 2.0 or none, or an x-env-path-rewrite that is not one.
  static std::expected<std::shared_ptr<const Definition>, SyntaxError> parse(std::string source);

  Definition(const Definition&) = delete;
  Definition& operator=(const Definition&) = delete;

  /// The field's value in normal form (NormalForm); null where it is absent or empty.
  const Node* field(Field field) const { return fields_[static_cast<std::size_t>(field)]; }
  const Node* path_rewrite() const { return path_rewrite_; }
  const std::optional<Source>& url() const { return url_; }
  const std::vector<Source>& extra_sources() const { return extra_sources_; }
  bool avoid_version() const { return avoid_version_; }

  const std::vector<FieldError>& errors() const { return errors_; }
  const std::string& source() const { return source_; }
  /// All that the file says, as it says it.
  const Item* items() const { return items_; }

 private:
  friend class DefinitionReader;
  friend class OutlineReader;
  explicit Definition(std::string source)
      : source_(std::move(source)), arena_(2 * source_.size() + 512) {}
  explicit Definition(std::span<std::byte> memory) : arena_(memory.data(), memory.size()) {}

  /// Reads no more than what an outline needs. The result refers to `source`, and lies in `memory`
  /// as far as that does.
  static std::expected<std::unique_ptr<const Definition>, SyntaxError> parse_outline(
      std::string_view source, std::span<std::byte> memory);

  std::string source_;
  Arena arena_;
  const Item* items_ = nullptr;
  std::array<const Node*, field_count> fields_{};
  const Node* path_rewrite_ = nullptr;
  std::optional<Source> url_;
  std::vector<Source> extra_sources_;
  bool avoid_version_ = false;
  std::vector<FieldError> errors_;
};

}  // namespace oxbow::opam
