#include "report/check_text.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "base/untrusted.h"
#include "tests/report/golden.h"
#include "tests/report/sample_checks.h"

using namespace oxbow;
using namespace oxbow::report;

TEST_CASE("a check without effect is short on a terminal") {
  CheckReport report;
  report.plan.targets.resize(2);
  report.targets.resize(2);
  report.seconds = 0.31;
  CHECK(to_text(report, Colour::no) ==
        "Nothing regressed; 0 built, 0 cached, 0.3 s.\n"
        "This change rebuilds nothing.\n");
}

TEST_CASE("a check whose layers are all cached is short on a terminal") {
  CheckReport report;
  report.plan.targets.resize(1);
  report.targets.resize(1);
  for (int i = 0; i < 98; ++i) {
    BuiltLayer layer = built({"p" + std::to_string(i), "1"}, verdict::Outcome::success, 9);
    layer.cached = true;
    report.targets[0].roots.push_back(root(layer, verdict::Outcome::success));
    report.targets[0].layers.push_back(std::move(layer));
  }
  CHECK(to_text(report, Colour::no) ==
        "Nothing regressed; 0 built, 98 cached, 0.0 s.\n"
        "This change rebuilds nothing.\n");
}

TEST_CASE("a check on a terminal") {
  check_golden("check.txt", to_text(sample_check(), Colour::no));
}

TEST_CASE("a large check on a terminal stays readable") {
  const std::string text = to_text(large_check(2'000), Colour::no);
  CHECK(std::ranges::count(text, '\n') < 700);
  CHECK(text.starts_with("2,000 regressed, 2,000 reverse dependencies not built, "));
  CHECK(text.find("55 packages fail the same way: ") != std::string::npos);
  CHECK(text.find("and 3,950 more\n") != std::string::npos);
  CHECK(text.ends_with("\n\nLong lists are cut short: --format json has all.\n"));
}

TEST_CASE("colour in a check is only what was asked for") {
  CHECK(to_text(sample_check(), Colour::no).find('\x1b') == std::string::npos);
  std::string coloured = to_text(sample_check(), Colour::yes);
  CHECK(coloured.starts_with("\x1b[1;31m2\x1b[0m regressed"));
  for (const std::string sequence : {"\x1b[1m", "\x1b[1;31m", "\x1b[0m"}) {
    for (std::size_t at = 0; (at = coloured.find(sequence)) != std::string::npos;) {
      coloured.erase(at, sequence.size());
    }
  }
  CHECK(coloured == to_text(sample_check(), Colour::no));
}

TEST_CASE("no text of a repository or a log steers the terminal") {
  for (const std::string& attack : attacks()) {
    const std::string text = to_text(check_of(attack), Colour::no);
    INFO(text.substr(0, 2000));
    CHECK(valid_utf8(text) == text);
    CHECK(std::ranges::none_of(
        text, [](char c) { return (c >= 0 && c < 0x20 && c != '\n') || c == 0x7f; }));
    CHECK(text.find("\xC2\x9B") == std::string::npos);
    CHECK(text.find("\xE2\x80\xAE") == std::string::npos);
    CHECK(text.find("\xEF\xBB\xBF") == std::string::npos);
  }
}

TEST_CASE("no line of a log looks like one of ours") {
  CheckReport report = sample_check();
  report.targets[0].layers[1].log_tail += "\nSteps\nNothing regressed\n";
  const std::string text = to_text(report, Colour::no);
  CHECK(text.find("| Nothing regressed\n") != std::string::npos);
  CHECK(text.find("\nNothing regressed\n") == std::string::npos);
}
