#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "base/error.h"
#include "store/database.h"
#include "store/deliveries.h"

namespace oxbow::webhook {

/// Writer stores deliveries, all that wait in one transaction: a disk takes hundreds of them at the
/// price of one. May be called from any thread; what it was given when it is destroyed is stored.
class Writer {
 public:
  explicit Writer(store::Database database);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer();

  /// Returns when the delivery is on the disk.
  Result<store::Deliveries::Added> store(store::Delivery delivery);

 private:
  struct Waiting {
    store::Delivery delivery;
    std::optional<Result<store::Deliveries::Added>> result;
  };

  void work();

  store::Database database_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::condition_variable stored_;
  std::deque<Waiting*> waiting_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace oxbow::webhook
