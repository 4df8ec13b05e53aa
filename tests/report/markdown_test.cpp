#include "report/markdown.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <utility>

#include "tests/report/golden.h"
#include "tests/report/markdown_syntax.h"
#include "tests/report/sample_reports.h"

using namespace oxbow;
using namespace oxbow::report;

TEST_CASE("a change without effect is one line of Markdown") {
  Report report;
  report.targets.resize(2);
  CHECK(to_markdown(report) == "This change rebuilds nothing.\n");
}

TEST_CASE("a report in Markdown") {
  const std::string markdown = to_markdown(sample_report());
  check_golden("sample.md", markdown);
  check_sound(markdown);
}

TEST_CASE("no text of a repository gets out of its code span or block") {
  // Whatever the text, what is outside code is the same: that of a harmless one.
  const std::string harmless = without_code(to_markdown(report_of("text")));
  for (const std::string& attack : attacks()) {
    const std::string markdown = to_markdown(report_of(attack));
    INFO(markdown.substr(0, 4000));
    check_sound(markdown);
    if (attack.size() > 1000) continue;  // has lists shortened as well
    CHECK(without_code(markdown) == harmless);
  }
}

TEST_CASE("a bar in a target's name does not end its cell") {
  Report report = report_of("x|y");
  const std::string markdown = to_markdown(report);
  CHECK(markdown.find("| `x\\|y.x\\|y` on `x\\|y-x\\|y-x\\|y` | 4 |") != std::string::npos);
  CHECK(markdown.find("- **renamed** `x|y.x|y`") != std::string::npos);
}

TEST_CASE("Markdown keeps within GitHub's limit, whatever the report") {
  for (const auto& [size, length] : {std::pair(10'000U, 20U), {10'000U, 250U}, {100U, 20'000U}}) {
    const std::string markdown = to_markdown(large_report(size, length));
    check_sound(markdown);
    CHECK(markdown.find("Long lists are cut short") != std::string::npos);
    CHECK(markdown.starts_with("This change rebuilds **"));
  }
}

TEST_CASE("Markdown keeps within GitHub's limit with many targets") {
  Report report = large_report(100);
  report.targets.resize(60, report.targets.front());
  const std::string markdown = to_markdown(report);
  check_sound(markdown);
  CHECK(markdown.find("and 40 more targets") != std::string::npos);
  CHECK(markdown.find("Omitted for length: ") != std::string::npos);
}
