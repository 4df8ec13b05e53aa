#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace oxbow {

/// The number of threads that work of ours is divided among.
inline std::size_t worker_count() {
  return std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

/// Calls make() once on each of `workers` threads to get that thread's own function, and that
/// function with every index of [0, count) once, in chunks of `chunk`. Returns when all are done.
/// What the functions write must not overlap between indexes.
template <typename Make>
void parallel_for(std::size_t count, std::size_t chunk, std::size_t workers, const Make& make) {
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    auto each = make();
    for (std::size_t begin = next.fetch_add(chunk); begin < count; begin = next.fetch_add(chunk)) {
      for (std::size_t i = begin; i < std::min(count, begin + chunk); ++i) each(i);
    }
  };
  const std::size_t useful =
      std::min(workers, (count + chunk - 1) / std::max<std::size_t>(chunk, 1));
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < useful; ++i) threads.emplace_back(work);
  work();
}

}  // namespace oxbow
