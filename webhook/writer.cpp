#include "webhook/writer.h"

#include <utility>
#include <vector>

namespace oxbow::webhook {

Writer::Writer(store::Database database)
    : database_(std::move(database)), thread_([this] { work(); }) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  came_.notify_one();
  thread_.join();
}

Result<store::Deliveries::Added> Writer::store(store::Delivery delivery) {
  Waiting mine{std::move(delivery), std::nullopt};
  std::unique_lock lock(mutex_);
  waiting_.push_back(&mine);
  came_.notify_one();
  stored_.wait(lock, [&] { return mine.result.has_value(); });
  return std::move(*mine.result);
}

void Writer::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    came_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const std::deque<Waiting*> batch = std::exchange(waiting_, {});
    lock.unlock();
    std::vector<store::Delivery> deliveries;
    for (Waiting* const one : batch) deliveries.push_back(std::move(one->delivery));
    const auto added = store::Deliveries(database_).add(deliveries);
    lock.lock();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (added) {
        batch[i]->result = (*added)[i];
      } else {
        batch[i]->result = std::unexpected(added.error());
      }
    }
    stored_.notify_all();
  }
}

}  // namespace oxbow::webhook
