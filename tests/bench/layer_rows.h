#pragma once

#include <string>

namespace oxbow {

/// Prints what layers cost beside what is built in them: mounting them, a step by `program`
/// (oxbow), and a check in which all is cached. `world` is what tests/world/prepare made. Needs
/// own_mounts() where it is run by root; a row that cannot be measured says so and counts as
/// missed. Returns whether every row kept what is required.
bool layer_rows(const std::string& program, const std::string& world);

}  // namespace oxbow
