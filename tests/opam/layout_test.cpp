#include "opam/layout.h"

#include <catch2/catch.hpp>

#include <string>

using namespace oxbow::opam;

namespace {

// A box that holds "[", a break, `inner` letters, a break and "]": inner + 2 columns.
std::string bracketed(BoxKind kind, std::size_t inner) {
  const std::string letters(inner, 'x');
  Layout layout;
  layout.open(kind);
  layout.text("[");
  layout.line_break(0, 2);
  layout.text(letters);
  layout.line_break(0);
  layout.text("]");
  layout.close();
  return layout.take();
}

std::string words(BoxKind kind, std::size_t count, std::size_t length, int indent = 0) {
  const std::string word(length, 'w');
  Layout layout;
  layout.open(kind, indent);
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) layout.line_break(1);
    layout.text(word);
  }
  layout.close();
  return layout.take();
}

}  // namespace

TEST_CASE("77 columns fit on a line and 78 do not") {
  CHECK(bracketed(BoxKind::consistent, 75) == "[" + std::string(75, 'x') + "]");
  CHECK(bracketed(BoxKind::consistent, 76) == "[\n  " + std::string(76, 'x') + "\n]");
  CHECK(bracketed(BoxKind::consistent, 200) == "[\n  " + std::string(200, 'x') + "\n]");
}

TEST_CASE("widths are bytes") {
  std::string accents;
  for (int i = 0; i < 38; ++i) accents += "\xC3\xA9";  // 76 bytes in 38 columns
  Layout layout;
  layout.open(BoxKind::consistent);
  layout.text("[");
  layout.line_break(0, 2);
  layout.text(accents);
  layout.line_break(0);
  layout.text("]");
  layout.close();
  CHECK(layout.take() == "[\n  " + accents + "\n]");
}

TEST_CASE("a horizontal box never breaks") {
  CHECK(words(BoxKind::horizontal, 3, 50).find('\n') == std::string::npos);
}

TEST_CASE("a vertical box breaks at every break") {
  CHECK(words(BoxKind::vertical, 3, 1) == "w\nw\nw");
}

TEST_CASE("a consistent box breaks everywhere or nowhere") {
  const std::string word(25, 'w');
  CHECK(words(BoxKind::consistent, 2, 25) == word + " " + word);
  CHECK(words(BoxKind::consistent, 3, 25) == word + " " + word + " " + word);  // 77
  const std::string longer(26, 'w');
  CHECK(words(BoxKind::consistent, 3, 26) == longer + "\n" + longer + "\n" + longer);
}

TEST_CASE("a fitting box fills its lines and indents what follows") {
  const std::string word(26, 'w');
  CHECK(words(BoxKind::fitting, 3, 26) == word + " " + word + "\n" + word);
  CHECK(words(BoxKind::fitting, 3, 26, 2) == word + " " + word + "\n  " + word);
}

TEST_CASE("a box inside another that fits stays whole") {
  const std::string head(60, 'h');
  Layout layout;
  layout.open(BoxKind::fitting, 2);
  layout.text(head);
  layout.line_break(1);
  layout.open(BoxKind::consistent);
  layout.text("aaaaaaaaaa");
  layout.line_break(1);
  layout.text("bbbbbbbbbb");
  layout.close();
  layout.close();
  CHECK(layout.take() == head + "\n  aaaaaaaaaa bbbbbbbbbb");
}

TEST_CASE("a vertical box breaks the boxes around it only where they need to") {
  Layout layout;
  layout.open(BoxKind::vertical);
  layout.text("k: [");
  layout.line_break(0, 2);
  layout.open(BoxKind::vertical);
  layout.text("a");
  layout.line_break(1);
  layout.text("b");
  layout.close();
  layout.line_break(0);
  layout.text("]");
  layout.close();
  CHECK(layout.take() == "k: [\n  a\n  b\n]");
}

TEST_CASE("no line is indented by more than 68 columns") {
  const std::string head(72, 'h');
  Layout layout;
  layout.open(BoxKind::vertical);
  layout.text(head);
  layout.open(BoxKind::vertical);
  layout.text("a");
  layout.line_break(0);
  layout.text("b");
  layout.close();
  layout.close();
  // Right of column 68 a box starts on a new line of the box around it.
  CHECK(layout.take() == head + "\na\nb");
}

TEST_CASE("an offset beyond column 68 is cut") {
  Layout layout;
  layout.open(BoxKind::vertical);
  layout.text("a");
  layout.line_break(0, 75);
  layout.text("b");
  layout.close();
  CHECK(layout.take() == "a\n" + std::string(68, ' ') + "b");
}

TEST_CASE("a box that fits is not moved to a new line at column 68") {
  const std::string head(70, 'h');
  Layout layout;
  layout.open(BoxKind::consistent);
  layout.text(head);
  layout.open(BoxKind::consistent);
  layout.text("abc");
  layout.close();
  layout.close();
  CHECK(layout.take() == head + "abc");
}

TEST_CASE("a layout can be used again, and closes what is open") {
  Layout layout;
  layout.open(BoxKind::vertical);
  layout.text("a");
  layout.line_break(0, 2);
  layout.open(BoxKind::horizontal);
  layout.text("b");
  CHECK(layout.take() == "a\n  b");
  CHECK(layout.take().empty());
  layout.text("c");
  CHECK(layout.take() == "c");
}
