#include "store/deliveries.h"

#include "store/names.h"

namespace oxbow::store {

Result<std::vector<Deliveries::Added>> Deliveries::add(std::span<const Delivery> deliveries) {
  std::vector<Added> added;
  auto done = database_->transaction([&]() -> Result<void> {
    for (const Delivery& delivery : deliveries) {
      const auto changed = database_->run(
          "INSERT INTO deliveries (guid, event, payload, received) VALUES (?1, ?2, ?3, ?4)"
          " ON CONFLICT DO NOTHING",
          {delivery.guid, delivery.event, delivery.payload, to_number(delivery.received)});
      if (!changed) return std::unexpected(changed.error());
      added.push_back(*changed > 0 ? Added::stored : Added::seen_before);
    }
    return {};
  });
  if (!done) return std::unexpected(std::move(done.error()));
  return added;
}

Result<std::optional<Delivery>> Deliveries::first_waiting() {
  return database_->one(
      "SELECT guid, event, payload, received FROM deliveries WHERE state = 'waiting'"
      " ORDER BY arrival LIMIT 1",
      {},
      [](Columns& next) { return Delivery{next.text(), next.text(), next.text(), next.time()}; });
}

Result<void> Deliveries::close(std::string_view guid, DeliveryState state, std::string_view note) {
  return database_->write("UPDATE deliveries SET state = ?2, note = ?3 WHERE guid = ?1",
                          {guid, name(state), note});
}

Result<std::optional<StoredDelivery>> Deliveries::find(std::string_view guid) {
  return database_->one(
      "SELECT guid, event, payload, received, state, note FROM deliveries WHERE guid = ?1", {guid},
      [](Columns& next) {
        StoredDelivery stored;
        stored.delivery = {next.text(), next.text(), next.text(), next.time()};
        stored.state = next.parsed(parse<DeliveryState>);
        stored.note = next.text();
        return stored;
      });
}

Result<bool> Deliveries::reopen(std::string_view guid) {
  // Its new place in the order is the last.
  auto changed = database_->run(
      "UPDATE deliveries SET state = 'waiting', note = '',"
      " arrival = (SELECT max(arrival) + 1 FROM deliveries)"
      " WHERE guid = ?1 AND state <> 'waiting'",
      {guid});
  if (!changed) return std::unexpected(std::move(changed.error()));
  return *changed > 0;
}

Result<std::vector<std::size_t>> Deliveries::counts() {
  return count_states<DeliveryState>(*database_,
                                     "SELECT state, count(*) FROM deliveries GROUP BY state");
}

Result<std::optional<Time>> Deliveries::waits_since() {
  return database_->one(
      "SELECT received FROM deliveries WHERE state = 'waiting' ORDER BY arrival LIMIT 1", {},
      [](Columns& next) { return next.time(); });
}

Result<std::size_t> Deliveries::forget_payloads(Time before) {
  return database_->run(
      "UPDATE deliveries SET payload = '' WHERE state <> 'waiting' AND received < ?1"
      " AND payload <> ''",
      {to_number(before)});
}

}  // namespace oxbow::store
