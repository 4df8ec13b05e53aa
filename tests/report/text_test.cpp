#include "report/text.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "base/untrusted.h"
#include "tests/report/golden.h"
#include "tests/report/sample_reports.h"

using namespace oxbow;
using namespace oxbow::report;

TEST_CASE("a change without effect is one line on a terminal") {
  Report report;
  report.targets.resize(2);
  CHECK(to_text(report, Colour::no) == "This change rebuilds nothing.\n");
}

TEST_CASE("a report on a terminal") {
  check_golden("sample.txt", to_text(sample_report(), Colour::no));
}

TEST_CASE("a large report on a terminal stays readable") {
  const std::string text = to_text(large_report(10'000), Colour::no);
  CHECK(std::ranges::count(text, '\n') < 500);
  CHECK(text.ends_with("\n\nLong lists are cut short: --format json has all.\n"));
  CHECK(text.find("changed directly: 2,500 packages") != std::string::npos);
}

TEST_CASE("colour is only what was asked for") {
  CHECK(to_text(sample_report(), Colour::no).find('\x1b') == std::string::npos);
  std::string coloured = to_text(sample_report(), Colour::yes);
  CHECK(coloured.find("\x1b[1;31merror\x1b[0m") != std::string::npos);
  for (const std::string sequence : {"\x1b[1m", "\x1b[1;31m", "\x1b[0m"}) {
    for (std::size_t at = 0; (at = coloured.find(sequence)) != std::string::npos;) {
      coloured.erase(at, sequence.size());
    }
  }
  CHECK(coloured == to_text(sample_report(), Colour::no));
}

TEST_CASE("no text of a repository steers the terminal") {
  for (const std::string& attack : attacks()) {
    const std::string text = to_text(report_of(attack), Colour::no);
    INFO(text.substr(0, 2000));
    CHECK(valid_utf8(text) == text);
    CHECK(std::ranges::none_of(
        text, [](char c) { return (c >= 0 && c < 0x20 && c != '\n') || c == 0x7f; }));
    CHECK(text.find("\xC2\x9B") == std::string::npos);
    CHECK(text.find("\xE2\x80\xAE") == std::string::npos);
    CHECK(text.find("\xEF\xBB\xBF") == std::string::npos);
  }
}
