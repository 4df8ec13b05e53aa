#include "base/random.h"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

#include "base/hash.h"

namespace oxbow {

Result<std::string> random_text() {
  std::array<std::uint8_t, 16> bytes{};
  ssize_t got = 0;
  do {
    got = ::getrandom(bytes.data(), bytes.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(bytes.size())) {
    return fail("the system gives no random bytes: " + std::generic_category().message(errno));
  }
  return to_hex(bytes);
}

}  // namespace oxbow
