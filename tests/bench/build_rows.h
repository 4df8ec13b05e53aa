#pragma once

namespace oxbow {

/// Prints the table of how well steps are put in order: the time until all of a cone of 2,000 steps
/// are built, simulated, against the bound that no order can beat. Whether all was as required.
bool build_rows();

}  // namespace oxbow
