#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/untrusted.h"
#include "report/markdown.h"

/// What GitHub makes of a report in Markdown.
namespace oxbow::report {

inline std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

/// How many backticks there are at the start.
inline std::size_t ticks(std::string_view text) {
  return std::min(text.find_first_not_of('`'), text.size());
}

/// A line without its code spans, by CommonMark's rule: a run of backticks is closed by the next
/// run of the same length; GitHub's parser adds that none has more than 80.
inline std::string without_spans(std::string_view line) {
  std::string rest;
  while (!line.empty()) {
    const std::size_t length = ticks(line);
    if (length == 0) {
      rest += line.front();
      line.remove_prefix(1);
      continue;
    }
    std::size_t end = length;
    std::size_t closing = 0;
    while (end < line.size() && closing != length) {
      end += closing;
      end = std::min(line.find('`', end), line.size());
      closing = ticks(line.substr(end));
    }
    REQUIRE(closing == length);
    REQUIRE(length <= 80);
    line.remove_prefix(end + closing);
  }
  return rest;
}

/// What GitHub takes for Markdown, HTML and prose: all but code spans, code blocks, and the content
/// of the <code> elements in our summaries.
inline std::string without_code(std::string_view markdown) {
  std::string rest;
  std::string fence;
  while (!markdown.empty()) {
    const std::string_view line = markdown.substr(0, markdown.find('\n'));
    markdown.remove_prefix(std::min(markdown.size(), line.size() + 1));
    if (!fence.empty()) {
      if (line == fence) fence.clear();
      continue;
    }
    if (line.starts_with("```") && line.ends_with("`text")) {
      fence = line.substr(0, ticks(line));
      continue;
    }
    if (line.starts_with("<details><summary>")) {
      std::string kept;
      for (std::string_view part = line; !part.empty();) {
        const std::size_t start = std::min(part.find("<code>"), part.size());
        kept += part.substr(0, start);
        part.remove_prefix(start);
        if (part.empty()) break;
        const std::size_t end = part.find("</code>");
        REQUIRE(end != std::string_view::npos);
        CHECK(part.substr(6, end - 6).find_first_of("<>") == std::string_view::npos);
        part.remove_prefix(end + 7);
      }
      rest += kept + "\n";
    } else {
      rest += without_spans(line) + "\n";
    }
  }
  CHECK(fence.empty());
  return rest;
}

inline void check_sound(const std::string& markdown) {
  CHECK(markdown.size() < markdown_bytes);
  CHECK(valid_utf8(markdown) == markdown);
  CHECK(std::ranges::none_of(
      markdown, [](char c) { return (c >= 0 && c < 0x20 && c != '\n') || c == 0x7f; }));
  const std::string rest = without_code(markdown);
  CHECK(occurrences(rest, "<details><summary>") == occurrences(rest, "</details>\n"));
}

}  // namespace oxbow::report
