#include <catch2/catch.hpp>

#include <clocale>
#include <string>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/duration.h"
#include "base/percent.h"
#include "base/random.h"
#include "base/time.h"

using namespace oxbow;

TEST_CASE("the classes of ASCII hold for every byte and whatever locale") {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  std::setlocale(LC_ALL, "");
  std::string digits;
  std::string letters;
  std::string hex;
  for (int byte = 0; byte < 256; ++byte) {
    const auto c = static_cast<char>(byte);
    if (is_digit(c)) digits += c;
    if (is_letter(c)) letters += c;
    if (is_hex_digit(c)) hex += c;
    CHECK(is_alphanumeric(c) == (is_digit(c) || is_letter(c)));
    CHECK(is_letter(c) == (is_lower(c) != is_upper(c)));
    CHECK((lower(c) != c) == is_upper(c));
  }
  std::setlocale(LC_ALL, before.c_str());
  CHECK(digits == "0123456789");
  CHECK(letters == "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
  CHECK(hex == "0123456789abcdef");
}

TEST_CASE("texts are lowered and compared as ASCII") {
  CHECK(lower("OCaml-5 \xC3\x89") == "ocaml-5 \xC3\x89");
  CHECK(is_same_but_for_case("OxCaml/Opam", "oxcaml/opam"));
  CHECK_FALSE(is_same_but_for_case("a", "ab"));
  CHECK_FALSE(is_same_but_for_case("[", "{"));
  CHECK(hex_value('0') == 0);
  CHECK(hex_value('f') == 15);
  CHECK(hex_value('A') == 10);
  CHECK(hex_value('g') == -1);
  CHECK(hex_value('/') == -1);
}

TEST_CASE("base64 is that of RFC 4648") {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {std::string("\0\xFF\xFE", 3), "AP/+"}};
  for (const auto& [bytes, text] : pairs) {
    CHECK(to_base64(bytes) == text);
    CHECK(parse_base64(text) == bytes);
  }
  CHECK(to_base64url(std::string("\0\xFF\xFE\xFF", 4)) == "AP_-_w");
}

TEST_CASE("base64 of every length comes back") {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    CHECK(parse_base64(to_base64(bytes)) == bytes);
    bytes += static_cast<char>(i * 7);
  }
  // More than what is given to OpenSSL at once.
  const std::string big((std::size_t{7} << 20U) + 1, 'x');
  const std::string text = to_base64(big);
  CHECK(text.size() == (big.size() + 2) / 3 * 4);
  CHECK((parse_base64(text) == big));
}

TEST_CASE("what to_base64 does not write is not base64") {
  for (const char* const text : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "=",
                                 "==", "====", "Zg==Zg==", "Z g=", " Zg==", "Zg== ", "Zg==\n",
                                 "AP_-", "Zm9v=", "Z\xC3\xA9=="}) {
    INFO(text);
    CHECK_FALSE(parse_base64(text));
  }
  CHECK_FALSE(parse_base64(std::string("Zg=\0", 4)));
}

TEST_CASE("of a part of a URL only what is unreserved stays") {
  CHECK(percent_encoded("azAZ09-._~") == "azAZ09-._~");
  CHECK(percent_encoded("a/b?c#d e%+&=") == "a%2Fb%3Fc%23d%20e%25%2B%26%3D");
  CHECK(percent_encoded("\xC3\xA9\n") == "%C3%A9%0A");
}

TEST_CASE("a duration is told in two units at most") {
  CHECK(duration_text(-1) == "0.0 s");
  CHECK(duration_text(0.04) == "0.0 s");
  CHECK(duration_text(4.24) == "4.2 s");
  CHECK(duration_text(9.94) == "9.9 s");
  CHECK(duration_text(9.96) == "10 s");
  CHECK(duration_text(59.4) == "59 s");
  CHECK(duration_text(59.6) == "1 min");
  CHECK(duration_text(100) == "1 min 40 s");
  CHECK(duration_text(120) == "2 min");
  CHECK(duration_text(3599.9) == "1 h");
  CHECK(duration_text(3 * 3600) == "3 h");
  CHECK(duration_text(2 * 3600 + 5 * 60 + 59) == "2 h 5 min");
  CHECK(duration_text(47.5 * 3600) == "47 h 30 min");
  CHECK(duration_text(48 * 3600) == "2 d");
  CHECK(duration_text(76 * 3600) == "3 d 4 h");
}

TEST_CASE("what is redrawn while it grows is told in whole seconds") {
  CHECK(clock_text(-1) == "0 s");
  CHECK(clock_text(0.4) == "0 s");
  CHECK(clock_text(4.24) == "4 s");
  CHECK(clock_text(100) == "1 min 40 s");
}

TEST_CASE("an age is told in the one unit that fits") {
  CHECK(age_text(-5) == "0 s");
  CHECK(age_text(119) == "119 s");
  CHECK(age_text(120) == "2 min");
  CHECK(age_text(7199) == "119 min");
  CHECK(age_text(7200) == "2 h");
  CHECK(age_text(3 * 86400) == "3 d");
}

TEST_CASE("a time is kept to the millisecond") {
  CHECK(to_number(to_time(1'757'000'000'123)) == 1'757'000'000'123);
  const Time before = now();
  CHECK(now() >= before);
  CHECK(before > to_time(1'700'000'000'000));
}

TEST_CASE("random texts differ") {
  const auto first = random_text();
  const auto second = random_text();
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->size() == 32);
  CHECK(first->find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(*first != *second);
}
