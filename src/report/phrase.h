#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oxbow::report {

/// How a piece of a phrase is to be written: as our own words, which are plain ASCII without any
/// markup; as such words that stand out, or that stand out as bad news; or as text that was taken
/// from a repository and is not to be trusted.
enum class Style : std::uint8_t { words, strong, bad, quoted };

struct Piece {
  Style style = Style::words;
  std::string text;
};

/// Phrase is a sentence or a part of one that does not say yet how it is written: a terminal, a
/// comment and JSON each have their own way to render a piece harmless and to make it stand out.
class Phrase {
 public:
  Phrase& words(std::string_view text) { return add(Style::words, text); }
  Phrase& strong(std::string_view text) { return add(Style::strong, text); }
  Phrase& bad(std::string_view text) { return add(Style::bad, text); }
  Phrase& quoted(std::string_view text) { return add(Style::quoted, text); }
  Phrase& add(Style style, std::string_view text);
  Phrase& append(const Phrase& other);

  const std::vector<Piece>& pieces() const { return pieces_; }

  /// The text of all pieces as it is, untrusted as they are.
  std::string raw() const;

 private:
  std::vector<Piece> pieces_;
};

/// Line is a phrase on a line of its own, so many levels below what it belongs to.
struct Line {
  std::size_t level = 0;
  Phrase phrase{};
  bool breakable = false;  ///< where it is long, before a piece that is not mere words
};

using Lines = std::vector<Line>;

}  // namespace oxbow::report
