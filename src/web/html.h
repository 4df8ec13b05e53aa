#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace oxbow::web {

/// Html is a piece of a page. It is made of our own literals and of text that is escaped on its way
/// in; there is no other way.
class Html {
 public:
  Html() = default;

  /// Our own markup.
  template <std::size_t size>
  explicit(false) Html(const char (&literal)[size]) : text_(literal, size - 1) {}

  Html& operator+=(const Html& other) {
    text_ += other.text_;
    return *this;
  }
  friend Html operator+(Html left, const Html& right) { return std::move(left += right); }

  const std::string& to_string() const { return text_; }
  bool empty() const { return text_.empty(); }

 private:
  friend Html escaped(std::string_view text);
  std::string text_;
};

/// Any text as a single line: what steers a terminal or deceives is shown as an escape. Fit for an
/// element and, between double quotes, for an attribute.
Html text(std::string_view any);

/// The same of several lines, each of them as such.
Html lines(std::string_view any);

/// A number, which needs no care.
Html number(std::integral auto value) { return text(std::to_string(value)); }

/// A link to a page of ours or to an https address; `address` is put together by us of parts that
/// were checked or percent_encoded().
Html link(std::string_view address, const Html& content);

}  // namespace oxbow::web
