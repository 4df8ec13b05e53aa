#include "report/phrase.h"

namespace oxbow::report {

Phrase& Phrase::add(Style style, std::string_view text) {
  pieces_.push_back({style, std::string(text)});
  return *this;
}

Phrase& Phrase::append(const Phrase& other) {
  pieces_.insert(pieces_.end(), other.pieces_.begin(), other.pieces_.end());
  return *this;
}

std::string Phrase::raw() const {
  std::string text;
  for (const Piece& piece : pieces_) text += piece.text;
  return text;
}

}  // namespace oxbow::report
