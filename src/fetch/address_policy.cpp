#include "fetch/address_policy.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace oxbow::fetch {
namespace {

enum class When : std::uint8_t { always, unless_private_allowed };

struct Range {
  std::array<std::uint8_t, 16> prefix;
  std::size_t bits;
  When forbidden;
  std::string_view what;
};

constexpr auto always = When::always;
constexpr auto unless_allowed = When::unless_private_allowed;

// The first range that fits decides. Source: the IANA registries of special-purpose addresses.
constexpr std::array v4_ranges = {
    Range{{169, 254, 169, 254}, 32, always, "a metadata address"},
    Range{{169, 254, 170, 2}, 32, always, "a metadata address"},
    Range{{168, 63, 129, 16}, 32, always, "a metadata address"},
    Range{{100, 100, 100, 200}, 32, always, "a metadata address"},
    Range{{127}, 8, unless_allowed, "a loopback address"},
    Range{{10}, 8, unless_allowed, "a private address"},
    Range{{172, 16}, 12, unless_allowed, "a private address"},
    Range{{192, 168}, 16, unless_allowed, "a private address"},
    Range{{169, 254}, 16, unless_allowed, "a link-local address"},
    Range{{100, 64}, 10, unless_allowed, "a shared (CGNAT) address"},
    Range{{0}, 8, always, "an address of this network"},
    Range{{192, 0, 0}, 24, always, "a reserved address"},
    Range{{192, 0, 2}, 24, always, "a documentation address"},
    Range{{192, 88, 99}, 24, always, "a reserved address"},
    Range{{198, 18}, 15, always, "a benchmark address"},
    Range{{198, 51, 100}, 24, always, "a documentation address"},
    Range{{203, 0, 113}, 24, always, "a documentation address"},
    Range{{224}, 4, always, "a multicast address"},
    Range{{240}, 4, always, "a reserved address"},
};

constexpr std::array v6_ranges = {
    Range{{0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54},
          128,
          always,
          "a metadata address"},
    Range{{0xfd, 0x20, 0, 0xce, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54},
          128,
          always,
          "a metadata address"},
    Range{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
          128,
          unless_allowed,
          "a loopback address"},
    Range{{0xfc}, 7, unless_allowed, "a private (unique local) address"},
    Range{{0xfe, 0x80}, 10, unless_allowed, "a link-local address"},
    Range{{0xfe, 0xc0}, 10, unless_allowed, "a private (site-local) address"},
    Range{{0xff}, 8, always, "a multicast address"},
    Range{{0x20, 0x01, 0x0d, 0xb8}, 32, always, "a documentation address"},
    Range{{0x3f, 0xff}, 20, always, "a documentation address"},
    Range{{0x20, 0x01}, 23, always, "a reserved address"},  // Teredo, benchmarks, ORCHID
};

// Where an IPv4 address is embedded: after the prefix.
constexpr std::array v4_in_v6 = {
    Range{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, always, "mapped"},
    Range{{0, 0x64, 0xff, 0x9b}, 96, always, "NAT64"},
    Range{{0x20, 0x02}, 16, always, "6to4"},
};

// All that is global unicast; what is outside and not named above is reserved.
constexpr Range global_v6 = {{0x20}, 3, always, ""};

bool is_in(const Address& address, const Range& range) {
  for (std::size_t bit = 0; bit < range.bits; bit += 8) {
    const std::size_t left = std::min<std::size_t>(8, range.bits - bit);
    const unsigned mask = (0xFFU << (8U - left)) & 0xFFU;
    const unsigned difference =
        static_cast<unsigned>(address.bytes[bit / 8]) ^ range.prefix[bit / 8];
    if ((difference & mask) != 0) return false;
  }
  return true;
}

template <typename Ranges>
const Range* range_of(const Address& address, const Ranges& ranges) {
  const auto* const found =
      std::ranges::find_if(ranges, [&](const Range& range) { return is_in(address, range); });
  return found == std::end(ranges) ? nullptr : found;
}

}  // namespace

std::string Address::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(is_v6 ? AF_INET6 : AF_INET, bytes.data(), text.data(), text.size());
  return text.data();
}

std::optional<Address> parse_address(const std::string& text) {
  Address address;
  if (::inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) return address;
  address.is_v6 = true;
  if (::inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

std::optional<std::string_view> forbidden_as(const Address& address, const AddressPolicy& policy) {
  if (address.is_v6) {
    if (const Range* const embedding = range_of(address, v4_in_v6)) {
      Address inner;
      const auto* const begin = address.bytes.begin() + embedding->bits / 8;
      std::copy_n(begin, 4, inner.bytes.begin());
      return forbidden_as(inner, policy);
    }
  }
  const Range* const range =
      address.is_v6 ? range_of(address, v6_ranges) : range_of(address, v4_ranges);
  if (range == nullptr) {
    if (address.is_v6 && !is_in(address, global_v6)) return "a reserved address";
    return std::nullopt;
  }
  if (range->forbidden == When::unless_private_allowed && policy.private_addresses) {
    return std::nullopt;
  }
  return range->what;
}

}  // namespace oxbow::fetch
