#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace oxbow::exact {

/// The folder of the reference's answers: OXBOW_DATA, which has a README.md, bundles and a folder
/// `reference`.
std::string data_path(std::string_view name);

/// The whole of a file. What cannot be read ends the test program, as do the functions below.
std::string read_file(const std::string& path);

/// Calls `line` with each line of a file, which `xz` decompresses if its name ends in .xz.
void each_line(const std::string& path, const std::function<void(std::string_view)>& line);

/// The columns of each line of a file of tab-separated values.
void each_row(const std::string& path,
              const std::function<void(const std::vector<std::string_view>&)>& row);

/// Differences collects what is not as the reference has it, and remembers the first ten.
class Differences {
 public:
  void add(std::string difference);
  std::size_t count() const { return count_; }
  /// The first of them, one to a line, and how many there are.
  std::string to_string() const;

 private:
  std::size_t count_ = 0;
  std::vector<std::string> first_;
};

}  // namespace oxbow::exact
