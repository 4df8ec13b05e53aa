#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "opam/effective.h"
#include "opam/outline.h"

namespace {

using namespace oxbow::opam;

void require(bool condition) {
  if (!condition) std::abort();
}

// What a person is shown: two lines, the caret no further right than the first is long.
void check_error(std::string_view source, const SyntaxError& error) {
  require(!error.message.empty());
  require(error.offset <= source.size());
  const Position place = position(source, error.offset);
  require(place.line >= 1 && place.column >= 1 && place.column <= source.size() + 1);
  const std::string shown = excerpt(source, error.offset);
  require(std::count(shown.begin(), shown.end(), '\n') == 2 && shown.ends_with("^\n"));
  require(std::none_of(shown.begin(), shown.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7F;
  }));
}

// The effective part, printed, must be readable; none where only its depth is in the way, since
// the parentheses that opam adds count.
std::optional<std::string> effective_part_of(const std::string& printed) {
  const auto definition = Definition::parse(printed);
  if (!definition) require(definition.error().message == "nested too deeply");
  if (!definition) return std::nullopt;
  return effective_part(**definition, "some-package", "1.0");
}

// opam's own printing is not a fixed point at once: a filter's `a & (b & c)` is printed without
// its parentheses and laid out otherwise when it is read back, blanks at the start of a text of
// several lines are taken for indentation, an empty x-env-path-rewrite leaves an empty line, a
// feature without packages or a deprecated `archive` with an unknown transport cannot be read back.
// One reading later all that is gone, and it must be a fixed point then. Two things never settle:
// a carriage return is one more line end each time, and a negated comparison in a constraint,
// `{!(os = "x")}`, gets one more pair of parentheses each time.
bool settles(std::string_view printed) {
  return printed.find('\r') == std::string_view::npos &&
         printed.find("!(") == std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A prefix makes almost every input a file of opam's, as which it goes further.
  const std::string source =
      "opam-version: \"2.0\"\n" + std::string(reinterpret_cast<const char*>(data), size);
  const auto definition = Definition::parse(source);
  const auto outline = Outline::read(source);
  require(outline.has_value() == definition.has_value());
  if (!definition) {
    check_error(source, definition.error());
    return 0;
  }
  for (const FieldError& error : (*definition)->errors()) {
    check_error(source, {error.offset, error.message});
  }
  const auto second = effective_part_of(effective_part(**definition, "some-package", "1.0"));
  if (!second) return 0;
  const auto third = effective_part_of(*second);
  if (third && settles(*second)) require(*third == *second);
  return 0;
}
