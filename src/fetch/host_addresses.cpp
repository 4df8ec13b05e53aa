#include "fetch/host_addresses.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>

namespace oxbow::fetch {
namespace {

std::optional<Address> address_of(const addrinfo& info) {
  Address address;
  if (info.ai_family == AF_INET && info.ai_addrlen >= sizeof(sockaddr_in)) {
    sockaddr_in v4{};
    std::memcpy(&v4, info.ai_addr, sizeof v4);
    std::memcpy(address.bytes.data(), &v4.sin_addr, sizeof v4.sin_addr);
    return address;
  }
  if (info.ai_family == AF_INET6 && info.ai_addrlen >= sizeof(sockaddr_in6)) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, info.ai_addr, sizeof v6);
    address.is_v6 = true;
    std::memcpy(address.bytes.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
    return address;
  }
  return std::nullopt;
}

}  // namespace

std::expected<std::vector<Address>, FetchFailure> checked_addresses(const std::string& host,
                                                                    const AddressPolicy& policy) {
  using Kind = FetchFailure::Kind;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &raw);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> found(raw, ::freeaddrinfo);
  if (code != 0) {
    return std::unexpected(FetchFailure{
        Kind::unavailable, fmt::format("{} has no address: {}", host, ::gai_strerror(code))});
  }
  std::vector<Address> addresses;
  for (const addrinfo* info = raw; info != nullptr; info = info->ai_next) {
    const auto address = address_of(*info);
    if (!address || std::ranges::find(addresses, *address) != addresses.end()) continue;
    if (const auto kind = forbidden_as(*address, policy)) {
      return std::unexpected(FetchFailure{
          Kind::refused, fmt::format("{} is {}, {}, from which sources are not fetched", host,
                                     address->to_string(), *kind)});
    }
    addresses.push_back(*address);
  }
  if (addresses.empty()) {
    return std::unexpected(FetchFailure{Kind::unavailable, fmt::format("{} has no address", host)});
  }
  return addresses;
}

}  // namespace oxbow::fetch
