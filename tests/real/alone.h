#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace oxbow::real {

/// The test program sets itself apart before its first case, so that what others do on this machine
/// is not taken for what a case left, nor a case disturbed by it: whatever it starts stays below it
/// in the tree of processes, in control groups below one of its own, and in mounts that it alone
/// sees.
///
/// What is left there of builds: processes that live, control groups of oxbow, mounts of `cache`.
/// Empty is what it ought to be when nothing runs.
std::vector<std::string> left_over(const std::filesystem::path& cache);

}  // namespace oxbow::real
