#pragma once

#include <string>

#include "report/check_report.h"
#include "report/text.h"

namespace oxbow::report {

/// What a check found, for a terminal: the verdict in the first line; of every target what failed
/// and the ends of the logs, and a table of the steps. Nothing that a repository holds or a build
/// prints reaches the terminal as a control sequence.
std::string to_text(const CheckReport& report, Colour colour);

}  // namespace oxbow::report
