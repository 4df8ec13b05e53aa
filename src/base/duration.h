#pragma once

#include <string>

/// How long something took or is ago, for people. There is one style: two units at most, the second
/// left out where it is 0.
namespace oxbow {

/// "4.2 s" below ten seconds, then "42 s", "1 min 40 s", "2 h 5 min" and, from two days on, "3 d
/// 4 h". What is negative is 0.
std::string duration_text(double seconds);

/// The same in whole seconds, for what is redrawn while it grows: "4 s".
std::string clock_text(double seconds);

/// The same in the one unit that fits, for a column of ages: "90 s", "12 min", "30 h", "3 d".
std::string age_text(double seconds);

}  // namespace oxbow
