#include "opam/syntax.h"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace oxbow::opam;

namespace {

constexpr std::string_view replacement = "?";

void check_position(std::string_view source, std::size_t offset, std::size_t line,
                    std::size_t column) {
  INFO("offset " << offset);
  CHECK(position(source, offset).line == line);
  CHECK(position(source, offset).column == column);
}

}  // namespace

TEST_CASE("lines and columns are counted from 1, columns in bytes") {
  const std::string_view source = "ab\n\xC3\xA9z\n";
  check_position(source, 0, 1, 1);
  check_position(source, 2, 1, 3);  // the line's end
  check_position(source, 3, 2, 1);
  check_position(source, 5, 2, 3);
  check_position(source, 7, 3, 1);   // the end
  check_position(source, 99, 3, 1);  // beyond it
  check_position("", 0, 1, 1);
}

TEST_CASE("an excerpt is the line, with a caret under the place") {
  CHECK(excerpt("one\ntwo three\nfour", 8) == "  two three\n      ^\n");
  CHECK(excerpt("one\n", 4) == "  \n  ^\n");
  CHECK(excerpt("", 0) == "  \n  ^\n");
  CHECK(excerpt("one", 99) == "  one\n     ^\n");
  CHECK(excerpt("one\r\ntwo\r\n", 1) == "  one\n   ^\n");
}

TEST_CASE("the caret counts characters") {
  CHECK(excerpt("d\xC3\xA9j\xC3\xA0 vu", 7) == "  d\xC3\xA9j\xC3\xA0 vu\n       ^\n");
  CHECK(excerpt("\xE2\x82\xAC\xF0\x9F\x90\x82!", 7) == "  \xE2\x82\xAC\xF0\x9F\x90\x82!\n    ^\n");
}

TEST_CASE("tabs are blanks in an excerpt and control characters question marks") {
  CHECK(excerpt("\ta\x1B[31m", 1) == "   a?[31m\n   ^\n");
  CHECK(excerpt("a\x7F\rb", 3) == "  a??b\n     ^\n");
  CHECK(excerpt("a\xC2\x9B"
                "31m",
                0) == "  a??31m\n  ^\n");  // a control character of two bytes
}

TEST_CASE("bytes that are not UTF-8 are question marks, one each") {
  for (const std::string_view bad : {"\x80", "\xBF\xBF", "\xC0\xAF", "\xC1\x81", "\xC3", "\xE2\x82",
                                     "\xE0\x80\xAF", "\xED\xA0\x80", "\xF0\x80\x80\xAF",
                                     "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF\xFF"}) {
    std::string shown;
    for (std::size_t i = 0; i < bad.size(); ++i) shown += replacement;
    CHECK(excerpt(std::string(bad) + "a", bad.size()) ==
          "  " + shown + "a\n  " + std::string(bad.size(), ' ') + "^\n");
  }
}

TEST_CASE("long lines are cut around the place") {
  const std::string line = std::string(500, 'a') + "!" + std::string(500, 'b');
  CHECK(excerpt(line, 500) == "  " + std::string(60, 'a') + "!" + std::string(59, 'b') + "\n  " +
                                  std::string(60, ' ') + "^\n");
  CHECK(excerpt(line, 10) == "  " + std::string(70, 'a') + "\n  " + std::string(10, ' ') + "^\n");
  const std::string huge(10'000'000, 'x');
  CHECK(excerpt(huge, huge.size()).size() < 200);
}

TEST_CASE("operators are written as opam writes them and negated in pairs") {
  for (const Op op :
       {Op::equal, Op::not_equal, Op::greater_equal, Op::greater, Op::less_equal, Op::less}) {
    CHECK(negated(op) != op);
    CHECK(negated(negated(op)) == op);
  }
  CHECK(text(Op::env_equal_plus_equal) == "=+=");
  CHECK(text(Op::none).empty());
}

TEST_CASE("children are counted up to a limit") {
  const Node third{NodeKind::string, Op::none, 1, 0, "c", nullptr, nullptr};
  const Node second{NodeKind::string, Op::none, 1, 0, "b", nullptr, &third};
  const Node first{NodeKind::string, Op::none, 1, 0, "a", nullptr, &second};
  const Node list{NodeKind::list, Op::none, 2, 0, {}, &first, nullptr};
  CHECK(child_count(list) == 3);
  CHECK(child_count(list, 2) == 2);
  CHECK(child_count(third) == 0);
}
