#pragma once

#include <chrono>
#include <thread>

#include "tests/repo/scratch_repository.h"
#include "tests/store/stores.h"

namespace oxbow::bot {

/// A store of its own for one test, for several connections; removed at its end.
struct ScratchStore {
  store::Database open() const {
    return store::value(
        store::Database::open(folder / "store", store::Database::Access::read_write));
  }

  ScratchFolder folder;
  store::Database database = open();
};

/// Waits for what another thread brings about; only what never comes takes long.
template <typename Condition>
void wait_until(const Condition& condition) {
  for (int i = 0; i < 60'000 && !condition(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  REQUIRE(condition());
}

}  // namespace oxbow::bot
