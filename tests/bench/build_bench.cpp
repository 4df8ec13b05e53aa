// Times what building costs beside the builds.
//
// oxbow_build_bench OXBOW WORLD: OXBOW is the program, WORLD what tests/world/prepare made.
#include <fmt/format.h>
#include <unistd.h>

#include "sandbox/mounts.h"
#include "tests/bench/build_rows.h"
#include "tests/bench/layer_rows.h"

int main(int count, char** words) {
  if (count != 3) {
    fmt::print(stderr, "usage: oxbow_build_bench OXBOW WORLD\n");
    return 2;
  }
  // Before there is another thread.
  if (::geteuid() == 0) {
    if (const auto own = oxbow::sandbox::own_mounts(); !own) {
      fmt::print(stderr, "oxbow_build_bench: {}\n", own.error().message);
      return 2;
    }
  }
  const bool layers_kept = oxbow::layer_rows(words[1], words[2]);
  const bool makespan_kept = oxbow::build_rows();
  return layers_kept && makespan_kept ? 0 : 1;
}
