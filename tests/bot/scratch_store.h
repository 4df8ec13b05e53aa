#pragma once

#include "tests/repo/scratch_repository.h"
#include "tests/store/stores.h"

namespace oxbow::bot {

/// A store of its own for one test, for several connections; removed at its end.
struct ScratchStore {
  store::Database open() const {
    return store::value(
        store::Database::open(folder / "store", store::Database::Access::read_write));
  }

  repo::ScratchFolder folder;
  store::Database database = open();
};

}  // namespace oxbow::bot
