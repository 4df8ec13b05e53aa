#include "report/check_markdown.h"

#include <catch2/catch.hpp>

#include "tests/report/golden.h"
#include "tests/report/markdown_syntax.h"
#include "tests/report/sample_checks.h"
#include "tests/sanitized.h"

using namespace oxbow;
using namespace oxbow::report;

TEST_CASE("a check without effect is short in Markdown") {
  CheckReport report;
  report.plan.targets.resize(2);
  report.targets.resize(2);
  CHECK(to_markdown(report) ==
        "Nothing regressed; 0 built, 0 cached, 0.0 s.\n\nThis change rebuilds nothing.\n");
}

TEST_CASE("a check in Markdown") {
  const std::string markdown = to_markdown(sample_check());
  check_golden("check.md", markdown);
  check_sound(markdown);
}

TEST_CASE("no text of a repository or a log gets out of its code span or block") {
  // Whatever the text, what is outside code is the same: that of a harmless one.
  const std::string harmless = without_code(to_markdown(check_of("text")));
  CHECK(harmless.find("text") == std::string::npos);
  for (const std::string& attack : attacks()) {
    const std::string markdown = to_markdown(check_of(attack));
    INFO(markdown.substr(0, 4000));
    check_sound(markdown);
    if (attack.size() > 80) continue;  // has lists shortened as well
    CHECK(without_code(markdown) == harmless);
  }
}

TEST_CASE("the end of a log stands in a fence that it cannot close") {
  CheckReport report = sample_check();
  report.targets[0].layers[1].log_tail = "```\n</details>\n``````\n@everyone\n~~~\n";
  const std::string markdown = to_markdown(report);
  CHECK(markdown.find("```````text\n```\n</details>\n``````\n@everyone\n~~~\n```````\n") !=
        std::string::npos);
  check_sound(markdown);
}

TEST_CASE("a check in Markdown keeps within GitHub's limit, and tells what failed first") {
  for (const auto& [size, length] :
       {std::pair(tests::cases(2'000U), 20U), {tests::cases(2'000U), 250U}, {20U, 20'000U}}) {
    const std::string markdown = to_markdown(large_check(size, length));
    check_sound(markdown);
    CHECK(markdown.find("\n\n**Regressed**, ") != std::string::npos);
    CHECK(markdown.find("Long lists are cut short") != std::string::npos);
  }
}

TEST_CASE("a check of many targets keeps within GitHub's limit") {
  CheckReport report = large_check(100);
  report.targets.resize(60, report.targets.front());
  report.plan.targets.resize(60, report.plan.targets.front());
  const std::string markdown = to_markdown(report);
  check_sound(markdown);
  CHECK(markdown.find("Omitted for length: ") != std::string::npos);
}
