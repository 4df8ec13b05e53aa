#pragma once

#include <cstdint>
#include <string>

#include "report/report.h"

namespace oxbow::report {

enum class Colour : std::uint8_t { no, yes };

/// The report for a terminal: a line where nothing happens, and some hundred a target at the most.
/// Nothing that a repository holds reaches the terminal as a control sequence.
std::string to_text(const Report& report, Colour colour);

}  // namespace oxbow::report
