#include "opam/layout.h"

#include <algorithm>
#include <utility>

namespace oxbow::opam {
namespace {

constexpr int margin = 78;
constexpr int max_indent = 68;
constexpr std::int64_t infinity = 1'000'000'010;

}  // namespace

void Layout::start() {
  queue_.clear();
  pending_.clear();
  boxes_.clear();
  out_.clear();
  head_ = 0;
  left_total_ = 1;
  right_total_ = 1;
  space_left_ = margin;
  depth_ = 0;
  open(BoxKind::fitting);
}

void Layout::open(BoxKind kind, int indent) {
  ++depth_;
  enqueue({TokenKind::open, kind, -right_total_, 0, indent, 0, {}});
  push_pending();
}

void Layout::close() {
  enqueue({TokenKind::close, BoxKind::horizontal, 0, 0, 0, 0, {}});
  resolve(true);
  resolve(false);
  --depth_;
}

void Layout::text(std::string_view piece) {
  const auto length = static_cast<std::int64_t>(piece.size());
  enqueue({TokenKind::text, BoxKind::horizontal, length, length, 0, 0, piece});
  advance();
}

void Layout::line_break(int spaces, int offset) {
  enqueue({TokenKind::line_break, BoxKind::horizontal, -right_total_, spaces, spaces, offset, {}});
  // The engine sets the size of the previous break only after this one is queued.
  resolve(true);
  push_pending();
}

std::string Layout::take() {
  while (depth_ > 1) close();
  right_total_ = infinity;
  advance();
  std::string text = std::exchange(out_, {});
  start();
  return text;
}

void Layout::enqueue(const Token& token) {
  right_total_ += token.length;
  queue_.push_back(token);
}

void Layout::push_pending() { pending_.push_back({right_total_, queue_.size() - 1}); }

// Gives the last pending token its size, if it is a break (or else: a box) that this ends.
void Layout::resolve(bool for_break) {
  if (pending_.empty()) return;
  const Pending last = pending_.back();
  if (last.left_total < left_total_) {
    pending_.clear();
    return;
  }
  Token& token = queue_[last.token];
  const bool matches = token.kind == (for_break ? TokenKind::line_break : TokenKind::open);
  if (!matches) return;
  token.size += right_total_;
  pending_.pop_back();
}

void Layout::advance() {
  while (head_ < queue_.size()) {
    const Token& token = queue_[head_];
    const bool known = token.size >= 0;
    if (!known && right_total_ - left_total_ < space_left_) return;
    ++head_;
    format(token, known ? token.size : infinity);
    left_total_ += token.length;
  }
}

void Layout::format(const Token& token, std::int64_t size) {
  switch (token.kind) {
    case TokenKind::text:
      space_left_ -= static_cast<int>(size);
      out_.append(token.text);
      break;
    case TokenKind::open: format_open(token, size); break;
    case TokenKind::close:
      if (!boxes_.empty()) boxes_.pop_back();
      break;
    case TokenKind::line_break: format_break(token, size); break;
  }
}

void Layout::format_open(const Token& token, std::int64_t size) {
  const bool too_far_right = margin - space_left_ > max_indent;
  if (too_far_right && !boxes_.empty()) {
    const Box& box = boxes_.back();
    if (box.width > space_left_ && !box.fits && box.kind != BoxKind::horizontal) {
      new_line(0, box.width);
    }
  }
  const bool fits = token.box != BoxKind::vertical && size <= space_left_;
  boxes_.push_back({token.box, fits, space_left_ - token.spaces_or_indent});
}

void Layout::format_break(const Token& token, std::int64_t size) {
  if (boxes_.empty()) return;
  const Box& box = boxes_.back();
  const bool same_line = box.fits || box.kind == BoxKind::horizontal ||
                         (box.kind == BoxKind::fitting && size <= space_left_);
  if (same_line) {
    space_left_ -= token.spaces_or_indent;
    out_.append(static_cast<std::size_t>(token.spaces_or_indent), ' ');
  } else {
    new_line(token.offset, box.width);
  }
}

void Layout::new_line(int offset, int width) {
  const int indent = std::min(max_indent, margin - width + offset);
  space_left_ = margin - indent;
  out_.push_back('\n');
  out_.append(static_cast<std::size_t>(std::max(indent, 0)), ' ');
}

}  // namespace oxbow::opam
