#include "github/command.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <optional>

#include "base/ascii.h"

namespace oxbow::github {
namespace {

constexpr std::string_view summons = "/oxbow";
constexpr std::size_t most_commands = 10;
constexpr std::size_t most_packages = 50;
constexpr std::size_t longest_word = 200;
constexpr std::array<std::string_view, 6> verbs = {"rerun",      "build",   "cancel",
                                                   "ok-to-test", "explain", "help"};

std::string_view without_spaces_before(std::string_view line) {
  const std::size_t at = line.find_first_not_of(' ');
  return at == std::string_view::npos ? std::string_view() : line.substr(at);
}

// The comment without its HTML comments, which nobody sees. One that is not closed goes on to the
// end.
std::string visible(std::string_view comment) {
  std::string text;
  while (true) {
    const std::size_t begin = comment.find("<!--");
    text += comment.substr(0, begin);
    if (begin == std::string_view::npos) return text;
    const std::size_t end = comment.find("-->", begin + 4);
    if (end == std::string_view::npos) return text;
    // What stands before and after is not one word.
    text += ' ';
    comment.remove_prefix(end + 3);
  }
}

// Tells the lines that Markdown shows as prose: not code, not a quote.
class ProseLines {
 public:
  bool is_prose(std::string_view line) {
    const std::string_view text = without_spaces_before(line);
    const std::size_t indent = line.size() - text.size();
    if (!fence_.empty()) {
      if (indent < 4 && is_closing(text)) fence_.clear();
      return false;
    }
    if (indent >= 4 || text.starts_with('\t')) return false;
    const std::string_view fence = fence_of(text);
    if (!fence.empty()) {
      fence_ = fence;
      return false;
    }
    return !text.starts_with('>');
  }

 private:
  static std::string_view fence_of(std::string_view text) {
    if (text.empty() || (text[0] != '`' && text[0] != '~')) return {};
    const std::size_t length = std::min(text.find_first_not_of(text[0]), text.size());
    if (length < 3) return {};
    // ```a` is code within a line.
    if (text[0] == '`' && text.find('`', length) != std::string_view::npos) return {};
    return text.substr(0, length);
  }

  bool is_closing(std::string_view text) const {
    const std::size_t length = std::min(text.find_first_not_of(fence_[0]), text.size());
    return length >= fence_.size() && without_spaces_before(text.substr(length)).empty();
  }

  std::string fence_;
};

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (true) {
    const std::size_t begin = line.find_first_not_of(" \t\r,");
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    const std::size_t end = std::min(line.find_first_of(" \t\r,"), line.size());
    words.emplace_back(line.substr(0, std::min(end, longest_word)));
    line.remove_prefix(end);
  }
}

bool is_package(std::string_view word) {
  return !word.empty() && word.front() != '.' && word.front() != '-' &&
         std::ranges::all_of(word, [](char c) {
           return is_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '+' || c == '~';
         });
}

bool is_head(std::string_view word) {
  return word.size() >= 7 && word.size() <= 40 &&
         std::ranges::all_of(word, [](char c) { return hex_value(c) >= 0; });
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j + 1] + 1, row[j] + 1, changed});
    }
  }
  return row.back();
}

Misspelt misspelt(std::string_view verb) {
  constexpr std::size_t near = 3;
  std::size_t best = std::numeric_limits<std::size_t>::max();
  Misspelt result{std::string(verb), ""};
  for (const std::string_view known : verbs) {
    const std::size_t far = distance(verb, known);
    if (far < best && far <= near && far < known.size()) {
      best = far;
      result.nearest = std::string(summons) + " " + std::string(known);
    }
  }
  return result;
}

// The packages that a command names; none if one of the words is not a package.
std::optional<std::vector<std::string>> packages(const std::vector<std::string>& words,
                                                 std::size_t first) {
  std::vector<std::string> all(words.begin() + static_cast<std::ptrdiff_t>(first), words.end());
  if (all.empty() || all.size() > most_packages || !std::ranges::all_of(all, is_package)) {
    return std::nullopt;
  }
  return all;
}

// A command whose verb was understood and whose arguments were not.
Misspelt wrong_arguments(std::string_view usage, std::string_view text) {
  return {std::string(text), std::string(summons) + " " + std::string(usage)};
}

Command rerun(const std::vector<std::string>& words, std::string_view text) {
  if (words.size() == 2) return Rerun{Rerun::What::all, {}};
  const std::string what = lower(words[2]);
  if (words.size() == 3 && what == "all") return Rerun{Rerun::What::all, {}};
  if (words.size() == 3 && what == "failed") return Rerun{Rerun::What::failed, {}};
  auto named = packages(words, 2);
  if (!named) return wrong_arguments("rerun PACKAGE", text);
  return Rerun{Rerun::What::packages, std::move(*named)};
}

// words[0] is our summons; `text` is the line.
Command command_of(const std::vector<std::string>& words, std::string_view text) {
  if (words.size() == 1) return Misspelt{std::string(words[0]), std::string(summons) + " help"};
  const std::string verb = lower(words[1]);
  if (verb == "rerun") return rerun(words, text);
  if (verb == "build") {
    auto named = packages(words, 2);
    if (!named) return wrong_arguments("build PACKAGE", text);
    return Build{std::move(*named)};
  }
  if (verb == "cancel") return Cancel{};
  if (verb == "help") return Help{};
  if (verb == "ok-to-test") {
    if (words.size() == 2) return OkToTest{};
    if (words.size() > 3 || !is_head(words[2])) return wrong_arguments("ok-to-test SHA", text);
    return OkToTest{lower(words[2])};
  }
  if (verb == "explain") {
    if (words.size() != 3 || !is_package(words[2])) return wrong_arguments("explain PACKAGE", text);
    return Explain{words[2]};
  }
  return misspelt(verb);
}

}  // namespace

std::vector<Command> parse_commands(std::string_view comment) {
  const std::string text = visible(comment);
  std::vector<Command> commands;
  ProseLines lines;
  std::string_view rest = text;
  while (!rest.empty() && commands.size() < most_commands) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!lines.is_prose(line)) continue;
    const std::vector<std::string> words = words_of(line);
    if (words.empty() || lower(words[0]) != summons) continue;
    commands.push_back(command_of(words, line.substr(0, longest_word)));
  }
  return commands;
}

}  // namespace oxbow::github
