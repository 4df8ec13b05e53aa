#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "store/database.h"

namespace oxbow::store {

/// Delivery is a webhook's POST whose signature was right.
struct Delivery {
  std::string guid;     ///< its header X-GitHub-Delivery
  std::string event;    ///< its header X-GitHub-Event
  std::string payload;  ///< the body, byte for byte
  Time received;
};

/// What the worker did with a delivery: acted on it, had nothing to do, or could not read it.
enum class DeliveryState : std::uint8_t { waiting, done, ignored, failed };

std::string_view name(DeliveryState state);

struct StoredDelivery {
  Delivery delivery;
  DeliveryState state = DeliveryState::waiting;
  std::string note;  ///< why, in a line
};

/// Deliveries is the webhook's side of the store, and the worker's end of it.
class Deliveries {
 public:
  explicit Deliveries(Database& database) : database_(&database) {}

  enum class Added : std::uint8_t { stored, seen_before };

  /// Stores all of them in one transaction, or none; each is durable when this returns. A GUID that
  /// is there already, or twice in the list, is stored once.
  Result<std::vector<Added>> add(std::span<const Delivery> deliveries);

  /// The one that waits the longest, in the order of arrival.
  Result<std::optional<Delivery>> first_waiting();

  Result<void> close(std::string_view guid, DeliveryState state, std::string_view note);

  Result<std::optional<StoredDelivery>> find(std::string_view guid);

  /// Has a delivery that was closed worked on again, after those that wait. False if there is none.
  Result<bool> reopen(std::string_view guid);

  /// How many are in each state, in the order of the enumeration.
  Result<std::vector<std::size_t>> counts();

  /// When the one came that waits the longest.
  Result<std::optional<Time>> waits_since();

  /// Forgets the payloads of closed deliveries that came before; their GUIDs stay known.
  Result<std::size_t> forget_payloads(Time before);

 private:
  Database* database_;
};

}  // namespace oxbow::store
