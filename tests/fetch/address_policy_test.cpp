#include "fetch/address_policy.h"

#include <catch2/catch.hpp>

#include <string>

namespace oxbow::fetch {
namespace {

// By default, and where private addresses are allowed.
struct Row {
  std::string address;
  bool by_default;
  bool with_private;
};

const Row rows[] = {
    {"8.8.8.8", true, true},
    {"1.0.0.1", true, true},
    {"9.255.255.255", true, true},
    {"11.0.0.0", true, true},
    {"100.63.255.255", true, true},
    {"100.128.0.0", true, true},
    {"126.255.255.255", true, true},
    {"128.0.0.1", true, true},
    {"169.253.255.255", true, true},
    {"172.15.255.255", true, true},
    {"172.32.0.0", true, true},
    {"192.167.255.255", true, true},
    {"192.169.0.0", true, true},
    {"198.17.255.255", true, true},
    {"198.20.0.0", true, true},
    {"223.255.255.255", true, true},
    {"127.0.0.1", false, true},
    {"127.255.255.254", false, true},
    {"10.0.0.1", false, true},
    {"10.255.255.255", false, true},
    {"172.16.0.0", false, true},
    {"172.31.255.255", false, true},
    {"192.168.1.1", false, true},
    {"169.254.0.1", false, true},
    {"100.64.0.0", false, true},
    {"100.127.255.255", false, true},
    {"169.254.169.254", false, false},
    {"169.254.170.2", false, false},
    {"100.100.100.200", false, false},
    {"168.63.129.16", false, false},
    {"0.0.0.0", false, false},
    {"0.1.2.3", false, false},
    {"192.0.0.192", false, false},
    {"192.0.2.1", false, false},
    {"192.88.99.1", false, false},
    {"198.18.0.0", false, false},
    {"198.19.255.255", false, false},
    {"198.51.100.7", false, false},
    {"203.0.113.7", false, false},
    {"224.0.0.1", false, false},
    {"239.255.255.255", false, false},
    {"240.0.0.1", false, false},
    {"255.255.255.255", false, false},
    {"2606:4700:4700::1111", true, true},
    {"2a00:1450:4001:81b::200e", true, true},
    {"2001:200::1", true, true},
    {"::1", false, true},
    {"fc00::1", false, true},
    {"fdff::1", false, true},
    {"fe80::1", false, true},
    {"febf::1", false, true},
    {"fec0::1", false, true},
    {"fd00:ec2::254", false, false},
    {"fd20:ce::254", false, false},
    {"::", false, false},
    {"::2", false, false},
    {"::8.8.8.8", false, false},
    {"100::1", false, false},
    {"ff02::1", false, false},
    {"2001:db8::1", false, false},
    {"3fff::1", false, false},
    {"2001::1", false, false},
    {"2001:2::1", false, false},
    {"4000::1", false, false},
    {"64:ff9b:1::808:808", false, false},
    // IPv4 in IPv6: mapped, NAT64, 6to4
    {"::ffff:8.8.8.8", true, true},
    {"::ffff:127.0.0.1", false, true},
    {"::ffff:10.1.2.3", false, true},
    {"::ffff:169.254.169.254", false, false},
    {"64:ff9b::8.8.8.8", true, true},
    {"64:ff9b::192.168.0.1", false, true},
    {"64:ff9b::169.254.169.254", false, false},
    {"2002:808:808::1", true, true},
    {"2002:7f00:1::1", false, true},
    {"2002:a9fe:a9fe::1", false, false},
};

TEST_CASE("only public addresses may be connected to, unless private ones are allowed") {
  for (const Row& row : rows) {
    INFO(row.address);
    const auto address = parse_address(row.address);
    REQUIRE(address);
    CHECK(forbidden_as(*address, {}).has_value() != row.by_default);
    CHECK(forbidden_as(*address, {.private_addresses = true}).has_value() != row.with_private);
  }
}

TEST_CASE("the kind of a forbidden address is named") {
  CHECK(forbidden_as(*parse_address("127.0.0.1"), {}) == "a loopback address");
  CHECK(forbidden_as(*parse_address("::ffff:127.0.0.1"), {}) == "a loopback address");
  CHECK(forbidden_as(*parse_address("169.254.169.254"), {}) == "a metadata address");
  CHECK(forbidden_as(*parse_address("fd12::1"), {}) == "a private (unique local) address");
}

TEST_CASE("an address is read in one way and printed as it is read") {
  for (const char* const text : {"8.8.8.8", "::1", "2606:4700::1111"}) {
    CHECK(parse_address(text)->to_string() == text);
  }
  for (const char* const text : {"", "1", "127.1", "0x7f.0.0.1", "[::1]", "fe80::1%eth0", "x"}) {
    INFO(text);
    CHECK_FALSE(parse_address(text));
  }
}

}  // namespace
}  // namespace oxbow::fetch
