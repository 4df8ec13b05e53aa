#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oxbow::opam {

/// Where the content of the %{ at the start of `text` ends: at }% or, if that does not come, where
/// the line does. A '}' takes the character behind it along, so that "%{a}}%" has no end.
/// Source: opam 2.4.1 src/format/opamFilter.ml, `string_interp_regex`.
inline std::size_t interpolation_end(std::string_view text) {
  std::size_t at = 2;
  while (at < text.size() && text[at] != '\n') {
    if (text[at] == '}' && at + 1 < text.size()) {
      if (text[at + 1] == '%' || text[at + 1] == '\n') break;
      ++at;
    }
    ++at;
  }
  return at;
}

/// Replaces each %{…}% of `text` by what `replace` returns for its content, and each %% by %.
/// A %{ that does not end stays as it is, with the rest of its line.
template <typename Replace>
std::string interpolate(std::string_view text, const Replace& replace) {
  std::string result;
  while (true) {
    const std::size_t percent = text.find('%');
    result.append(text.substr(0, percent));
    if (percent == std::string_view::npos) return result;
    text.remove_prefix(percent);
    if (!text.starts_with("%{")) {
      result.push_back('%');
      text.remove_prefix(text.starts_with("%%") ? 2 : 1);
      continue;
    }
    const std::size_t end = interpolation_end(text);
    const bool closed = text.substr(end).starts_with("}%");
    result.append(closed ? std::string(replace(text.substr(2, end - 2)))
                         : std::string(text.substr(0, end)));
    text.remove_prefix(closed ? end + 2 : end);
  }
}

}  // namespace oxbow::opam
