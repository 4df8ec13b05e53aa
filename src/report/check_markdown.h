#pragma once

#include <string>
#include <string_view>

#include "report/check_report.h"
#include "report/markdown.h"

namespace oxbow::report {

/// What a check found on all targets, or on one, as GitHub's Markdown of at most `markdown_bytes`:
/// the verdict in the first line, a table of the targets, what failed; folded, the ends of the logs
/// and all else. Nothing that a repository holds or a build prints stands outside a code span or
/// block.
std::string to_markdown(const CheckReport& report, std::string_view rest = whole_report,
                        OnlyTarget only = {});

}  // namespace oxbow::report
