#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oxbow::fetch {

/// AddressPolicy is where sources may come from beside the public internet. A pull request chooses
/// the urls, so by default nothing else.
struct AddressPolicy {
  bool private_addresses = false;  ///< loopback, private, link-local, shared (CGNAT), unique local
  bool local_files = false;        ///< file:// and plain paths
};

/// An IPv4 address (the first four bytes) or an IPv6 one.
struct Address {
  bool is_v6 = false;
  std::array<std::uint8_t, 16> bytes{};

  std::string to_string() const;
  friend bool operator==(const Address&, const Address&) = default;
};

/// Reads a.b.c.d or an IPv6 address without brackets and zone.
std::optional<Address> parse_address(const std::string& text);

/// What kind of address forbids a connection to it, for a sentence ("a loopback address"); none if
/// it may be connected to. An IPv6 address that stands for an IPv4 one (mapped, NAT64, 6to4) is
/// judged as that. What serves a cloud's secrets (metadata), multicast and reserved addresses are
/// forbidden by every policy.
std::optional<std::string_view> forbidden_as(const Address& address, const AddressPolicy& policy);

}  // namespace oxbow::fetch
