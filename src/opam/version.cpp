#include "opam/version.h"

#include <algorithm>
#include <cstddef>

#include "base/ascii.h"

namespace oxbow::opam {
namespace {

// '~' sorts before letters, letters before everything else.
int char_class(char c) {
  if (c == '~') return 0;
  return is_letter(c) ? 1 : 2;
}

int compare_chars(char x, char y) {
  if (const int by_class = char_class(x) - char_class(y); by_class != 0) return by_class;
  return static_cast<unsigned char>(x) - static_cast<unsigned char>(y);
}

std::size_t skip_zeros(std::string_view text, std::size_t from) {
  while (from < text.size() && text[from] == '0') ++from;
  return from;
}

std::size_t skip_digits(std::string_view text, std::size_t from) {
  while (from < text.size() && is_digit(text[from])) ++from;
  return from;
}

// How an exhausted text compares with one of which `rest` is left: trailing zeros mean nothing,
// and only '~' sorts before the end.
int compare_end_with(std::string_view rest) {
  const std::size_t at = skip_zeros(rest, 0);
  if (at == rest.size()) return 0;
  return rest[at] == '~' ? 1 : -1;
}

int compare_chunks(std::string_view x, std::string_view y) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (true) {
    if (i == x.size()) return compare_end_with(y.substr(j));
    if (j == y.size()) return -compare_end_with(x.substr(i));
    const bool x_is_digit = is_digit(x[i]);
    const bool y_is_digit = is_digit(y[j]);
    if (x_is_digit && y_is_digit) {
      i = skip_zeros(x, i);
      j = skip_zeros(y, j);
      const std::size_t x_end = skip_digits(x, i);
      const std::size_t y_end = skip_digits(y, j);
      if (x_end - i != y_end - j) return x_end - i < y_end - j ? -1 : 1;
      if (const int order = x.substr(i, x_end - i).compare(y.substr(j, y_end - j)); order != 0) {
        return order;
      }
      i = x_end;
      j = y_end;
    } else if (x_is_digit) {
      return y[j] == '~' ? 1 : -1;
    } else if (y_is_digit) {
      return x[i] == '~' ? -1 : 1;
    } else if (x[i] == y[j]) {
      ++i;
      ++j;
    } else {
      return compare_chars(x[i], y[j]);
    }
  }
}

}  // namespace

int compare_versions(std::string_view x, std::string_view y) {
  if (x == y) return 0;
  const std::size_t x_dash = x.rfind('-');
  const std::size_t y_dash = y.rfind('-');
  if (const int order = compare_chunks(x.substr(0, x_dash), y.substr(0, y_dash)); order != 0) {
    return order;
  }
  const auto revision = [](std::string_view text, std::size_t dash) {
    return dash == std::string_view::npos ? std::string_view() : text.substr(dash + 1);
  };
  return compare_chunks(revision(x, x_dash), revision(y, y_dash));
}

bool is_version(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '+' || c == '~' || c == '-';
  });
}

}  // namespace oxbow::opam
