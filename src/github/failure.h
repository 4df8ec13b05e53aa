#pragma once

#include <chrono>
#include <cstddef>

#include "github/client.h"
#include "http/exchange.h"

namespace oxbow::github {

/// What an answer that is no 2xx means. `now` is Unix time, for the limits that are told as such.
Failure judge(const http::Answer& answer, std::chrono::seconds now);

/// How long to wait before the next try of something that failed so often in a row (from 1 on):
/// what GitHub asked for, or else from two seconds up, of limits from a minute up, doubled each
/// time to an hour at most. `jitter`, from 0 to 1, spreads it by up to a quarter more.
std::chrono::milliseconds backoff(const Failure& failure, std::size_t failures, double jitter);

}  // namespace oxbow::github
