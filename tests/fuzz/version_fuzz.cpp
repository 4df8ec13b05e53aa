#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "opam/version.h"

namespace {

using oxbow::opam::compare_versions;

void require(bool condition) {
  if (!condition) std::abort();
}

int sign(int order) { return (order > 0 ? 1 : 0) - (order < 0 ? 1 : 0); }

int compare(std::string_view x, std::string_view y) { return sign(compare_versions(x, y)); }

}  // namespace

// The input is three versions, one to a line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::array<std::string_view, 3> versions;
  for (std::string_view& version : versions) {
    const std::size_t end = rest.find('\n');
    version = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  for (const std::string_view x : versions) {
    require(compare(x, x) == 0);
    for (const std::string_view y : versions) {
      require(compare(x, y) == -compare(y, x));
      for (const std::string_view z : versions) {
        const bool chain = compare(x, y) <= 0 && compare(y, z) <= 0;
        if (!chain) continue;
        require(compare(x, z) <= 0);
        // Equal only where both steps are.
        require((compare(x, z) == 0) == (compare(x, y) == 0 && compare(y, z) == 0));
      }
    }
  }
  return 0;
}
