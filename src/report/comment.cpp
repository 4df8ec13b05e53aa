#include "report/comment.h"

#include <algorithm>
#include <string_view>

#include "base/untrusted.h"
#include "report/wording.h"

namespace oxbow::report {
namespace {

constexpr std::size_t quoted_bytes = 400;   // of one piece: a message with a checksum has room
constexpr std::size_t list_bytes = 10'000;  // of one list
constexpr std::size_t most_backticks = 20;  // in a row
constexpr std::size_t closing_bytes = 300;  // kept for what is said at the end

std::size_t longest_run_of_backticks(std::string_view text) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

// Ready to stand between backticks. GitHub's parser knows delimiters of at most 80 of them, so that
// a text with a longer run would not be code at all.
std::string quotable(std::string_view text) {
  std::string shown = printable(text);
  if (longest_run_of_backticks(shown) > most_backticks) {
    for (std::size_t at = 0; (at = shown.find('`', at)) != std::string::npos;) {
      shown.replace(at, 1, "\\x60");
    }
  }
  return shortened(shown, quoted_bytes);
}

// Backticks that no run of them in the text can close.
std::string delimiter(std::string_view text, std::size_t least) {
  return std::string(std::max(least, longest_run_of_backticks(text) + 1), '`');
}

// A backtick or space at an end is kept apart by a space, which Markdown takes off again.
std::string code_span(std::string_view text) {
  const std::string shown = text.empty() ? " " : quotable(text);
  const auto is_edge = [](char c) { return c == '`' || c == ' '; };
  const bool blank = shown.find_first_not_of(' ') == std::string::npos;
  const bool padded = !blank && (is_edge(shown.front()) || is_edge(shown.back()));
  const std::string_view space = padded ? " " : "";
  const std::string ticks = delimiter(shown, 1);
  return std::string(ticks).append(space).append(shown).append(space).append(ticks);
}

std::string html_text(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '&': escaped += "&amp;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

// For the line of a folded part, where Markdown is not read.
std::string html(const Phrase& phrase) {
  std::string text;
  for (const Piece& piece : phrase.pieces()) {
    switch (piece.style) {
      case Style::words: text += piece.text; break;
      case Style::strong:
      case Style::bad: text += "<b>" + piece.text + "</b>"; break;
      case Style::quoted: text += "<code>" + html_text(quotable(piece.text)) + "</code>"; break;
    }
  }
  return text;
}

// As many of the lines as a list may be long, each written by `write`.
template <typename Write>
std::string bounded(const Lines& lines, const Write& write) {
  std::string text;
  for (std::size_t at = 0; at < lines.size(); ++at) {
    const std::string line = write(lines[at]);
    if (text.size() + line.size() > list_bytes) {
      return text + write({0, Phrase().words("and " + counted(lines.size() - at, "more line"))});
    }
    text += line;
  }
  return text;
}

}  // namespace

std::string prose(const Phrase& phrase) {
  std::string text;
  for (const Piece& piece : phrase.pieces()) {
    switch (piece.style) {
      case Style::words: text += piece.text; break;
      case Style::strong:
      case Style::bad: text += "**" + piece.text + "**"; break;
      case Style::quoted: text += code_span(piece.text); break;
    }
  }
  return text;
}

std::string bullets(const Lines& lines) {
  return bounded(lines, [](const Line& line) {
    return std::string(2 * line.level, ' ') + "- " + prose(line.phrase) + "\n";
  });
}

std::string code_block(const Lines& lines) {
  const std::string text = bounded(lines, [](const Line& line) {
    std::string shown(2 * line.level, ' ');
    for (const Piece& piece : line.phrase.pieces()) shown += quotable(piece.text);
    return shown + "\n";
  });
  const std::string fence = delimiter(text, 3);
  return fence + "text\n" + text + fence + "\n";
}

std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) {
    text.insert(at, 1, '\\');
  }
  return text + " | ";
}

void Comment::add(const std::string& block) {
  if (text_.size() + block.size() + 1 > markdown_bytes - closing_bytes) {
    ++left_out_;
    return;
  }
  if (!text_.empty()) text_ += '\n';
  text_ += block;
}

void Comment::add_open(const Phrase& heading, const std::string& body) {
  if (!body.empty()) add(prose(heading) + "\n\n" + body);
}

void Comment::add_folded(const Phrase& heading, const std::string& body) {
  if (body.empty()) return;
  add("<details><summary>" + html(heading) + "</summary>\n\n" + body + "\n</details>\n");
}

std::string Comment::text(bool shortened, std::string_view rest) && {
  if (left_out_ > 0) text_ += "\nOmitted for length: " + counted(left_out_, "list") + ".\n";
  if (shortened || left_out_ > 0) text_ += "\n" + std::string(rest) + "\n";
  return std::move(text_);
}

}  // namespace oxbow::report
