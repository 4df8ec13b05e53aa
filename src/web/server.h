#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "web/response.h"

namespace oxbow::web {

struct ServerSettings {
  std::string host;
  int port = 0;          ///< 0: any that is free
  double burst = 60;     ///< requests of one client at once,
  double a_second = 10;  ///< and then so many a second
};

/// What answers a request; called by one thread at a time.
using Answer = std::function<Response(const Request&)>;

/// Serves pages until stop. `listening` is told the port, and given what stops it, to be called
/// from any thread. A proxy on this machine says by X-Real-IP whom it asks for. Errors: an address
/// that cannot be listened on.
Result<void> serve(const Answer& site, const ServerSettings& settings,
                   const std::function<void(int port, std::function<void()> stop)>& listening);

}  // namespace oxbow::web
