#include "report/build_log.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "base/ascii.h"
#include "base/untrusted.h"

namespace oxbow::report {
namespace {

// Screen is what a terminal makes of a text (ECMA-48), a line at a time: a build has no terminal,
// so nothing moves the cursor to another line.
class Screen {
 public:
  explicit Screen(std::string_view text) : text_(text) {
    while (at_ < text_.size()) step();
    end_line();
  }

  std::string shown() && { return std::move(shown_); }

 private:
  static constexpr std::size_t tab = 8;

  void step() {
    const std::string_view character = next();
    const auto first = static_cast<unsigned char>(character.front());
    if (first == '\n') {
      end_line();
      shown_ += '\n';
    } else if (first == '\r') {
      column_ = 0;
    } else if (first == '\b') {
      column_ -= column_ > 0 ? 1 : 0;
    } else if (first == '\t') {
      do put(" ");
      while (column_ % tab != 0);
    } else if (first == 0x1B) {
      escape();
    } else if (first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0) {
      control(static_cast<char>(character[1] - 0x40));  // as in ESC and this letter
    } else if (first >= 0x20 && first != 0x7F) {
      put(character);
    }
  }

  // The next character of a text that is valid UTF-8.
  std::string_view next() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0U) == 0x80U) ++end;
    const std::string_view character = text_.substr(at_, end - at_);
    at_ = end;
    return character;
  }

  bool is_at(char least, char most) const {
    return at_ < text_.size() && text_[at_] >= least && text_[at_] <= most;
  }

  void escape() {
    if (is_at('@', '_')) return control(text_[at_++]);
    while (is_at(' ', '/')) ++at_;
    if (is_at('0', '~')) ++at_;
  }

  // A control function by the letter that follows ESC.
  void control(char letter) {
    switch (letter) {
      case '[': return sequence();
      case ']':
      case 'P':
      case 'X':
      case '^':
      case '_': return skip_string();
      default: return;
    }
  }

  void sequence() {
    const std::size_t start = at_;
    while (is_at('0', '?')) ++at_;
    const std::string_view parameters = text_.substr(start, at_ - start);
    while (is_at(' ', '/')) ++at_;
    if (!is_at('@', '~')) return;
    if (text_[at_++] != 'K') return;
    if (parameters.empty() || parameters == "0") {
      cells_.resize(std::min(column_, cells_.size()));
    } else {
      cells_.clear();
    }
  }

  // A title of a window and such. One without an end does not hide the lines that follow.
  void skip_string() {
    for (; at_ < text_.size() && text_[at_] != '\n'; ++at_) {
      if (text_[at_] == '\a') return void(++at_);
      const std::string_view two = text_.substr(at_, 2);
      if (two == "\x1b\\" || two == "\xC2\x9C") return void(at_ += 2);
    }
  }

  void put(std::string_view character) {
    if (column_ >= cells_.size()) cells_.resize(column_ + 1, " ");
    cells_[column_++] = character;
  }

  void end_line() {
    while (!cells_.empty() && cells_.back() == " ") cells_.pop_back();
    for (const std::string_view cell : cells_) shown_ += cell;
    cells_.clear();
    column_ = 0;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string_view> cells_;
  std::size_t column_ = 0;
  std::string shown_;
};

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    lines.push_back(line);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return lines;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// Without what opam puts before a line that it passes on, at once or in its box at the end.
std::string_view without_prefix(std::string_view line) {
  if (line.starts_with("- ") || line.starts_with("# ")) line.remove_prefix(2);
  return trimmed(line);
}

template <std::size_t size>
bool has_any(std::string_view line, const std::array<std::string_view, size>& parts) {
  return std::ranges::any_of(parts, [&](std::string_view part) { return line.contains(part); });
}

// What a line says of what went wrong: the lower, the nearer to the cause.
enum class Rank : std::uint8_t { tool, system, passed_on, opam, none };

// Of a compiler, a linker, a configure script, a build system.
constexpr std::array<std::string_view, 13> by_tools = {": error: ",
                                                       ": fatal error: ",
                                                       "configure: error:",
                                                       "undefined reference to",
                                                       "undefined symbol",
                                                       "multiple definition of",
                                                       "cannot find -l",
                                                       "No rule to make target",
                                                       "Fatal error: exception",
                                                       "Uncaught exception",
                                                       " FAILED at ",
                                                       "CMake Error",
                                                       "No package '"};
constexpr std::array<std::string_view, 15> by_system = {"No such file or directory",
                                                        "ommand not found",
                                                        ": not found",
                                                        "unbound variable",
                                                        "Permission denied",
                                                        "Read-only file system",
                                                        "No space left on device",
                                                        "annot allocate memory",
                                                        "ut of memory",
                                                        "Could not resolve host",
                                                        "Network is unreachable",
                                                        "Killed",
                                                        "got signal",
                                                        "egmentation fault",
                                                        "tack overflow"};
constexpr std::array<std::string_view, 4> passed_on = {
    "ld returned", "linker command failed", "Command exited with code", "ninja: build stopped"};

bool is_of_make(std::string_view line) {
  const std::size_t start = line.find("make");
  const std::size_t stars = line.find(": *** ");
  return start <= 1 && stars != std::string_view::npos && stars < 12;
}

// "Error: …" and "Error (warning 32 […]): …".
bool is_of_ocaml(std::string_view line) {
  return line.starts_with("Error:") || line.starts_with("Error (");
}

Rank rank(std::string_view line) {
  if (line.starts_with("[ERROR]") || line.starts_with("#=== ERROR")) return Rank::opam;
  if (line.starts_with("checking ")) return Rank::none;  // configure, looking for what may be
  const bool no_rule = line.contains("No rule to make target");
  if ((is_of_make(line) && !no_rule) || has_any(line, passed_on)) return Rank::passed_on;
  if (is_of_ocaml(line) || line.starts_with("error: ") || line.starts_with("error[") ||
      has_any(line, by_tools) || (line.contains("ocamlfind: ") && line.contains("not found"))) {
    return Rank::tool;
  }
  if (line.contains("arning: ")) return Rank::none;
  return has_any(line, by_system) ? Rank::system : Rank::none;
}

// "src/x.ml:3" of `File "src/x.ml", line 3, characters 4-9:`, also where it has several lines.
std::optional<std::string> place(std::string_view line) {
  constexpr std::string_view start = "File \"";
  if (!line.starts_with(start)) return std::nullopt;
  line.remove_prefix(start.size());
  const std::size_t end = line.find("\", line");
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view number =
      line.substr(std::min(line.find_first_of("0123456789", end), line.size()));
  const auto digits = std::ranges::find_if_not(number, is_digit) - number.begin();
  return std::string(line.substr(0, end))
      .append(":")
      .append(number.substr(0, static_cast<std::size_t>(digits)));
}

// The line with its place; an OCaml compiler may say nothing after "Error:" but on the next line.
std::string told(std::span<const std::string_view> lines, const std::optional<std::string>& place) {
  const std::string_view line = without_prefix(lines.front());
  if (!is_of_ocaml(line)) return std::string(line);
  std::string text = place ? *place + ": " : "";
  text += line;
  if (line.ends_with(':') && lines.size() > 1) text.append(" ").append(without_prefix(lines[1]));
  return text;
}

// How many bytes of a line "src/x.ml:3:1: error: …" say where.
std::size_t place_bytes(std::string_view line) {
  const std::size_t word = std::min(line.find(' '), line.size());
  const std::string_view place = line.substr(0, word);
  const std::size_t colon = place.find(':');
  const bool placed =
      place.ends_with(':') && colon + 1 < place.size() && is_digit(place[colon + 1]);
  return placed ? std::min(word + 1, line.size()) : 0;
}

std::string_view path_in(std::string_view text) {
  return text.substr(0, text.find_first_of(" \"'`(),;:"));
}

// A path that is the same in every build.
std::string steady_path(std::string_view path) {
  if (path.starts_with("/tmp/")) return "/tmp/*";
  constexpr std::string_view builds = "/.opam-switch/build/";
  const std::size_t at = path.find(builds);
  if (at == std::string_view::npos) return std::string(path);
  const std::string_view in_package = path.substr(at + builds.size());
  return std::string(in_package.substr(std::min(in_package.find('/') + 1, in_package.size())));
}

// A word without numbers of three digits and more, which are those of processes and the like; what
// looks like a hash is a number.
std::string steady_word(std::string_view word) {
  if (word.size() >= 8 && std::ranges::all_of(word, is_hex_digit) &&
      std::ranges::any_of(word, is_digit))
    return "*";
  std::string steady;
  while (!word.empty()) {
    const auto digits =
        static_cast<std::size_t>(std::ranges::find_if_not(word, is_digit) - word.begin());
    const std::size_t length = std::max<std::size_t>(digits, 1);
    steady += digits >= 3 ? "*" : word.substr(0, length);
    word.remove_prefix(length);
  }
  return steady;
}

}  // namespace

std::string plain(std::string_view log) { return Screen(valid_utf8(log)).shown(); }

std::vector<std::string> tail(std::string_view log, std::size_t lines) {
  const std::string text = plain(log);
  std::vector<std::string_view> all = lines_of(text);
  while (!all.empty() && all.back().empty()) all.pop_back();
  std::vector<std::string> last;
  for (std::size_t at = all.size() - std::min(lines, all.size()); at < all.size(); ++at) {
    last.push_back(shortened(all[at], log_line_bytes));
  }
  return last;
}

std::string first_error_line(std::string_view log) {
  const std::string text = plain(log);
  const std::vector<std::string_view> lines = lines_of(text);
  Rank best = Rank::none;
  std::string found;
  std::optional<std::string> last_place;
  for (std::size_t at = 0; at < lines.size(); ++at) {
    const std::string_view line = without_prefix(lines[at]);
    if (auto here = place(line)) last_place = std::move(here);
    if (line.starts_with("Warning") || line.starts_with("Alert")) last_place.reset();
    const Rank here = rank(line);
    if (here >= best) continue;
    best = here;
    found = told(std::span(lines).subspan(at), last_place);
  }
  return shortened(found, log_line_bytes);
}

std::string fingerprint(std::string_view error_line) {
  std::string_view rest = error_line.substr(place_bytes(error_line));
  std::string steady;
  while (!rest.empty()) {
    std::size_t length = 1;
    if (rest.front() == '/' && (steady.empty() || !is_letter(steady.back()))) {
      const std::string_view path = path_in(rest);
      length = path.size();
      steady += steady_path(path);
    } else if (is_letter(rest.front()) || is_digit(rest.front())) {
      const auto end =
          std::ranges::find_if_not(rest, [](char c) { return is_letter(c) || is_digit(c); });
      length = static_cast<std::size_t>(end - rest.begin());
      steady += steady_word(rest.substr(0, length));
    } else {
      steady += rest.front();
    }
    rest.remove_prefix(length);
  }
  return steady;
}

}  // namespace oxbow::report
