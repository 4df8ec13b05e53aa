#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace oxbow::store {

/// A list as a text with a line for each element, as some columns have it. A newline within an
/// element becomes a space.
inline std::string join_lines(const std::vector<std::string>& elements) {
  std::string text;
  for (const std::string& element : elements) {
    for (const char c : element) text += c == '\n' ? ' ' : c;
    text += '\n';
  }
  return text;
}

inline std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> elements;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    elements.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return elements;
}

}  // namespace oxbow::store
