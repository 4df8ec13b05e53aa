#include "store/deliveries.h"

#include <catch2/catch.hpp>

#include "tests/store/stores.h"

using namespace oxbow::store;
using Added = Deliveries::Added;

TEST_CASE("a delivery is stored once, byte for byte, and taken in the order of arrival") {
  Database database = new_store();
  Deliveries deliveries(database);
  const std::string odd = std::string("\0\xff{\"x\": \"\u202e\"}", 14);
  const std::vector<Delivery> two = {{"b", "push", odd, at(5)}, {"a", "ping", "{}", at(4)}};
  CHECK(value(deliveries.add(two)) == std::vector{Added::stored, Added::stored});
  CHECK(value(deliveries.add(std::vector{two[0], Delivery{"c", "ping", "", at(6)}})) ==
        std::vector{Added::seen_before, Added::stored});
  const auto first = value(deliveries.first_waiting());
  REQUIRE(first);
  CHECK(first->guid == "b");
  CHECK(first->payload == odd);
  CHECK(first->received == at(5));

  value(deliveries.close("b", DeliveryState::done, "well"));
  CHECK(value(deliveries.first_waiting())->guid == "a");
  CHECK(value(deliveries.waits_since()) == at(4));
  value(deliveries.close("a", DeliveryState::ignored, ""));
  value(deliveries.close("c", DeliveryState::failed, "why"));
  CHECK_FALSE(value(deliveries.first_waiting()));
  CHECK_FALSE(value(deliveries.waits_since()));
  CHECK(value(deliveries.counts()) == std::vector<std::size_t>{0, 1, 1, 1});
  CHECK(value(deliveries.find("c"))->note == "why");
  CHECK_FALSE(value(deliveries.find("d")));
}

TEST_CASE("a delivery is worked on again behind those that wait") {
  Database database = new_store();
  Deliveries deliveries(database);
  value(deliveries.add(
      std::vector{Delivery{"a", "ping", "{}", at(1)}, Delivery{"b", "ping", "{}", at(1)}}));
  value(deliveries.close("a", DeliveryState::failed, "why"));
  CHECK(value(deliveries.reopen("a")));
  CHECK_FALSE(value(deliveries.reopen("a")));
  CHECK_FALSE(value(deliveries.reopen("c")));
  CHECK(value(deliveries.first_waiting())->guid == "b");
  CHECK(value(deliveries.find("a"))->note.empty());
}

TEST_CASE("old payloads are forgotten, and their ids are not") {
  Database database = new_store();
  Deliveries deliveries(database);
  const std::vector<Delivery> all = {
      {"old", "ping", "{}", at(1)}, {"waiting", "ping", "{}", at(1)}, {"new", "ping", "{}", at(9)}};
  value(deliveries.add(all));
  value(deliveries.close("old", DeliveryState::done, ""));
  value(deliveries.close("new", DeliveryState::done, ""));
  CHECK(value(deliveries.forget_payloads(at(5))) == 1);
  CHECK(value(deliveries.find("old"))->delivery.payload.empty());
  CHECK(value(deliveries.find("waiting"))->delivery.payload == "{}");
  CHECK(value(deliveries.find("new"))->delivery.payload == "{}");
  CHECK(value(deliveries.add({all.data(), 1})) == std::vector{Added::seen_before});
}
