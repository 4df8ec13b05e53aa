#include "base/untrusted.h"

#include <catch2/catch.hpp>

#include <string>

TEST_CASE("what is UTF-8 stays as it is") {
  const std::string text = "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 \xEF\xBF\xBD\n\t";
  CHECK(valid_utf8(text) == text);
  CHECK(valid_utf8("").empty());
}

TEST_CASE("each part that is not UTF-8 becomes one replacement character") {
  const std::string fffd = "\xEF\xBF\xBD";
  CHECK(valid_utf8("a\xFFz") == "a" + fffd + "z");
  CHECK(valid_utf8("\x80") == fffd);
  CHECK(valid_utf8("\xE2\x82") == fffd);                    // cut off at the end
  CHECK(valid_utf8("\xE2\x82z") == fffd + "z");             // or before another character
  CHECK(valid_utf8("\xC0\xAF") == fffd + fffd);             // a slash in two bytes
  CHECK(valid_utf8("\xED\xA0\x80") == fffd + fffd + fffd);  // a surrogate
  CHECK(valid_utf8("\xF0\x80\x80\x80") == fffd + fffd + fffd + fffd);
  CHECK(valid_utf8("\xF4\x90\x80\x80") == fffd + fffd + fffd + fffd);  // past U+10FFFF
}

TEST_CASE("what steers or deceives is shown as an escape") {
  CHECK(printable("a\x1b[1mb") == "a\\x1b[1mb");
  CHECK(printable("a\nb\r\tc") == "a\\nb\\x0d c");
  CHECK(printable(std::string("\0\x7f", 2)) == "\\x00\\x7f");
  CHECK(printable("\xC2\x9B") == "\\u{9b}");
  CHECK(printable("\xE2\x80\xAE\xE2\x81\xA6\xEF\xBB\xBF") == "\\u{202e}\\u{2066}\\u{feff}");
  CHECK(printable("\xF3\xA0\x81\x81") == "\\u{e0041}");
  CHECK(printable("caf\xC3\xA9") == "caf\xC3\xA9");
  CHECK(printable("\xFF") == "\xEF\xBF\xBD");
}

TEST_CASE("a text is shortened between characters") {
  CHECK(shortened("abc", 3) == "abc");
  CHECK(shortened("abcdef", 5) == "ab\xE2\x80\xA6");
  CHECK(shortened("\xC3\xA9\xC3\xA9\xC3\xA9", 4) == "\xE2\x80\xA6");
  CHECK(shortened("\xC3\xA9\xC3\xA9\xC3\xA9", 5) == "\xC3\xA9\xE2\x80\xA6");
}

TEST_CASE("what is shown of a text may have a bound") {
  CHECK(printable("a\nb", 4) == "a\\nb");
  CHECK(printable("a\nbc", 4) == "a\xE2\x80\xA6");
  CHECK(printable("abc\xC3", 4) == "a\xE2\x80\xA6");
  CHECK(printable(std::string(1'000'000, 'x'), 5) == "xx\xE2\x80\xA6");
}

TEST_CASE("prose of several lines is told in one") {
  CHECK(in_one_line("  a  b \n\n c\r\n", 100) == "a  b c");
  CHECK(in_one_line("a\n\x1b[1mb", 100) == "a \\x1b[1mb");
  CHECK(in_one_line(" \n ", 100).empty());
  CHECK(in_one_line("", 100).empty());
  CHECK(in_one_line("one two\nthree", 8) == "one t\xE2\x80\xA6");
  CHECK(in_one_line("one two\nthree", 13) == "one two three");
}
