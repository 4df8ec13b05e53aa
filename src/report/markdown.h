#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "report/report.h"
#include "report/wording.h"

namespace oxbow::report {

/// No report is longer than this in Markdown; GitHub takes comments and summaries of checks of
/// 65,535 characters.
inline constexpr std::size_t markdown_bytes = 60'000;

/// The report as GitHub's Markdown; `rest` says where to find what was left out: a summary, a table
/// of the targets, what was broken; folded, all else. Nothing that a repository holds stands
/// outside a code span or block: GitHub makes links and notifications of @names, #numbers, commits
/// and addresses in prose after all escaping is undone.
std::string to_markdown(const Report& report, std::string_view rest = whole_report);

}  // namespace oxbow::report
