#pragma once

#include <array>
#include <cstddef>
#include <expected>
#include <memory>
#include <string_view>
#include <vector>

#include "opam/definition.h"
#include "opam/syntax.h"

namespace oxbow::opam {

/// Outline is what solving needs of an opam file: the fields about other packages, in normal form,
/// and the file's text, of which all else can be read again. A state holds tens of thousands of
/// them, so each is one piece of memory. Immutable, and safe to read from any thread.
class Outline {
 public:
  /// Reads a file's text; the errors are Definition::parse's.
  static std::expected<std::shared_ptr<const Outline>, SyntaxError> read(std::string_view source);

  /// The fields that it has.
  static constexpr std::array fields = {Field::depends, Field::depopts, Field::conflicts,
                                        Field::conflict_class, Field::available};

  /// One of these, as Definition::field().
  const Node* field(Field field) const { return fields_[static_cast<std::size_t>(field)]; }
  bool avoid_version() const { return avoid_version_; }
  /// Whether a url names the sources and nothing says what is there.
  bool lacks_checksum() const { return lacks_checksum_; }
  /// Source::is_development() of the url, if there is one.
  bool is_development() const { return is_development_; }
  std::string_view source() const { return source_; }

  /// All that the file says, read anew.
  std::shared_ptr<const Definition> whole() const;

 private:
  friend class OutlineReader;
  Outline() = default;

  std::array<const Node*, fields.size()> fields_{};
  std::string_view source_;
  bool avoid_version_ = false;
  bool lacks_checksum_ = false;
  bool is_development_ = false;
};

/// OutlineReader reads one outline after another. It reuses the memory in which it parses, and puts
/// many outlines into one chunk of memory, which is freed after the last of them. For one thread.
class OutlineReader {
 public:
  /// Chunks are of this many bytes, or of what one outline needs if that is more.
  explicit OutlineReader(std::size_t chunk = std::size_t{256} << 10U) : chunk_size_(chunk) {}

  std::expected<std::shared_ptr<const Outline>, SyntaxError> read(std::string_view source);

 private:
  using Chunk = std::shared_ptr<std::byte[]>;

  std::byte* allocate(std::size_t size);
  void measure(const Node* first, std::string_view source);
  const Node* copy(const Node* first, std::string_view source);
  std::string_view keep(std::string_view text, std::string_view source);

  std::size_t chunk_size_;
  std::size_t left_ = 0;
  std::byte* at_ = nullptr;
  Chunk chunk_;
  std::vector<std::byte> scratch_;

  /// Of the outline being made: its size, and where its nodes, texts and source go.
  std::size_t node_count_ = 0;
  std::size_t text_bytes_ = 0;
  Node* nodes_ = nullptr;
  char* texts_ = nullptr;
  std::string_view kept_source_;
};

}  // namespace oxbow::opam
