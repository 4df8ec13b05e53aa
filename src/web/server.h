#pragma once

#include <functional>
#include <stop_token>

#include "base/error.h"
#include "http/listen_address.h"
#include "web/response.h"

namespace oxbow::web {

struct ServerSettings {
  http::ListenAddress address;
  double burst = 60;     ///< requests of one client at once,
  double a_second = 10;  ///< and then so many a second
};

/// What answers a request; called by one thread at a time.
using Answer = std::function<Response(const Request&)>;

/// Serves pages until a stop is requested; `listening` is told the port. A proxy on this machine
/// says by X-Real-IP whom it asks for. Errors: it cannot listen, or no longer.
Result<void> serve(const Answer& site, const ServerSettings& settings, const std::stop_token& stop,
                   const std::function<void(int port)>& listening);

}  // namespace oxbow::web
