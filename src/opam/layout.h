#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oxbow::opam {

/// How a box breaks its lines: never; at every break; at every break unless the whole box fits;
/// at those breaks only after which the next piece would not fit.
enum class BoxKind : std::uint8_t { horizontal, vertical, consistent, fitting };

/// Layout is the pretty-printing engine that opam's texts go through: OCaml's Format with its
/// standard margin of 78 columns. To be byte-identical it follows that engine's own bookkeeping,
/// including where a box that reaches exactly the margin breaks. Widths are bytes.
/// Source: OCaml stdlib/format.ml (4.08 and later).
///
/// Call it as a stream: open boxes, texts, breaks, close boxes, then `take()`. The pieces of text
/// must live until then. A layout can be used again after `take()`.
class Layout {
 public:
  Layout() { start(); }

  void open(BoxKind kind, int indent = 0);
  void close();
  void text(std::string_view piece);
  /// Either `spaces` blanks, or a new line indented by `offset` more than the box.
  void line_break(int spaces, int offset = 0);

  /// Ends the text and returns it.
  std::string take();

 private:
  enum class TokenKind : std::uint8_t { text, line_break, open, close };

  struct Token {
    TokenKind kind;
    BoxKind box;
    std::int64_t size;  // below zero while it is not known
    std::int64_t length;
    int spaces_or_indent;
    int offset;
    std::string_view text;
  };

  // A break or box whose size is not known yet: `left_total` is when it was queued.
  struct Pending {
    std::int64_t left_total;
    std::size_t token;
  };

  struct Box {
    BoxKind kind;
    bool fits;
    int width;
  };

  void start();
  void enqueue(const Token& token);
  void push_pending();
  void resolve(bool for_break);
  void advance();
  void format(const Token& token, std::int64_t size);
  void format_open(const Token& token, std::int64_t size);
  void format_break(const Token& token, std::int64_t size);
  void new_line(int offset, int width);

  std::vector<Token> queue_;  // all tokens of the text; those before `head_` are done
  std::size_t head_ = 0;
  std::vector<Pending> pending_;
  std::vector<Box> boxes_;
  std::int64_t left_total_ = 1;
  std::int64_t right_total_ = 1;
  int space_left_ = 0;
  int depth_ = 0;
  std::string out_;
};

}  // namespace oxbow::opam
