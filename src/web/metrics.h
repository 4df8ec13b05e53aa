#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "store/jobs.h"
#include "store/publications.h"

namespace oxbow::web {

/// What is measured of the bot.
struct Metrics {
  std::vector<std::size_t> runs;        ///< by store::RunState
  std::vector<std::size_t> deliveries;  ///< by store::DeliveryState
  std::vector<std::pair<store::JobKind, store::Jobs::Counts>> jobs;
  store::Publications::Counts publications;
  double oldest_delivery_seconds = 0;   ///< how long the oldest has waited; 0: none waits
  std::map<int, std::size_t> answered;  ///< requests for pages since the start, by status
};

/// In Prometheus's text format, version 0.0.4.
std::string to_prometheus(const Metrics& metrics);

}  // namespace oxbow::web
