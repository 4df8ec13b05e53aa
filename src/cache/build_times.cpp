#include "cache/build_times.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/descriptor.h"
#include "base/file.h"
#include "cache/layout.h"

namespace oxbow::cache {
namespace {

constexpr std::string_view times_header = "oxbow build times 1\n";

struct TimeLine {
  std::string_view name;
  double seconds = 0;
};

// Takes the text before `end` from the front; none if there is no such end.
std::optional<std::string_view> take_until(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at + 1);
  return taken;
}

// Of a line without its newline.
std::optional<TimeLine> parse_line(std::string_view line) {
  const auto name = take_until(line, ' ');
  const auto version = take_until(line, ' ');
  if (!name || name->empty() || !version || version->empty() || !line.ends_with('s')) {
    return std::nullopt;
  }
  line.remove_suffix(1);
  TimeLine read{*name, 0};
  const auto [rest, error] = std::from_chars(line.data(), line.data() + line.size(), read.seconds);
  const bool whole = error == std::errc{} && rest == line.data() + line.size();
  if (!whole || !std::isfinite(read.seconds) || read.seconds <= 0) return std::nullopt;
  return read;
}

// The end of the file, as far as it is read; empty if it is of another version.
std::string read_lines(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file || read_part(file, 0, times_header.size()) != times_header) return "";
  const std::uint64_t size = size_of(file);
  const std::uint64_t begin = std::max<std::uint64_t>(
      times_header.size(), size - std::min<std::uint64_t>(size, BuildTimes::longest));
  std::string text = read_part(file, begin, BuildTimes::longest);
  if (begin > times_header.size()) text.erase(0, text.find('\n'));
  return text;
}

// Calls `each` with every line that is one, and its text with the newline.
template <typename Each>
void each_line(std::string_view text, const Each& each) {
  while (const auto line = take_until(text, '\n')) {
    if (const auto read = parse_line(*line))
      each(*read, std::string_view(line->data(), line->size() + 1));
  }
}

bool is_in_one_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char letter) {
    return static_cast<unsigned char>(letter) > ' ' && letter != '\x7f';
  });
}

}  // namespace

BuildTimes::BuildTimes(const std::filesystem::path& platform)
    : file_(platform / build_times_file) {}

Result<void> BuildTimes::add(const opam::PackageId& package, double seconds) const {
  if (!is_in_one_word(package.name) || !is_in_one_word(package.version)) return {};
  if (!std::isfinite(seconds) || seconds < 0.001) return {};
  const Descriptor file(::open(
      file_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644));
  if (!file) return fail(system_message(file_, errno));
  const std::uint64_t size = size_of(file);
  std::string text;
  if (size == 0) {
    text = times_header;
  } else if (read_part(file, 0, times_header.size()) != times_header) {
    return fail(file_.string() + " is of another version of oxbow");
  } else if (read_part(file, size - 1, 1) != "\n") {
    text = "\n";  // the last line was cut off
  }
  text += fmt::format("{} {} {:.3f}s\n", package.name, package.version, seconds);
  if (::write(file.get(), text.data(), text.size()) != static_cast<::ssize_t>(text.size())) {
    return fail(system_message(file_, errno));
  }
  return size + text.size() > longest ? make_short() : Result<void>();
}

std::unordered_map<std::string, double> BuildTimes::last() const {
  std::unordered_map<std::string, double> seconds;
  each_line(read_lines(file_), [&](const TimeLine& line, std::string_view) {
    seconds[std::string(line.name)] = line.seconds;
  });
  return seconds;
}

Result<void> BuildTimes::make_short() const {
  const std::string text = read_lines(file_);
  std::vector<std::pair<TimeLine, std::string_view>> lines;
  each_line(text,
            [&](const TimeLine& line, std::string_view all) { lines.emplace_back(line, all); });
  std::unordered_set<std::string_view> seen;
  std::vector<std::string_view> kept;
  std::size_t size = times_header.size();
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (!seen.insert(line->first.name).second) continue;
    if (size + line->second.size() > longest / 2) break;
    size += line->second.size();
    kept.push_back(line->second);
  }
  std::string shorter(times_header);
  for (auto line = kept.rbegin(); line != kept.rend(); ++line) shorter += *line;
  // A draft, so that what remains of a killed process is collected as one.
  std::string draft = (file_.parent_path() / draft_template("times")).string();
  const Descriptor file(::mkostemp(draft.data(), O_CLOEXEC));
  if (!file) return fail(system_message(draft, errno));
  const bool written =
      ::fchmod(file.get(), 0644) == 0 &&
      ::write(file.get(), shorter.data(), shorter.size()) == static_cast<::ssize_t>(shorter.size());
  if (written && ::rename(draft.c_str(), file_.c_str()) == 0) return {};
  const int code = errno;
  ::unlink(draft.c_str());
  return fail(system_message(file_, code));
}

}  // namespace oxbow::cache
