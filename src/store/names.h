#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "store/database.h"
#include "store/deliveries.h"
#include "store/jobs.h"
#include "store/publications.h"
#include "store/run_results.h"
#include "store/runs.h"
#include "verdict/names.h"

/// The names that enumerations have in the store's files, and the way back. A new one may be added
/// at an end, none may be changed.
namespace oxbow::store {

template <typename Enum>
std::span<const std::string_view> names();

template <>
std::span<const std::string_view> names<DeliveryState>();
template <>
std::span<const std::string_view> names<JobKind>();
template <>
std::span<const std::string_view> names<RunKind>();
template <>
std::span<const std::string_view> names<RunState>();
template <>
std::span<const std::string_view> names<RunScope>();
template <>
std::span<const std::string_view> names<Hold>();
template <>
std::span<const std::string_view> names<LayerState>();
template <>
std::span<const std::string_view> names<PublicationKind>();

template <typename Enum>
std::optional<Enum> parse(std::string_view text) {
  return verdict::find_name<Enum>(names<Enum>(), text);
}

/// As a column has it that may have none.
template <typename Enum>
std::string_view name_or_empty(const std::optional<Enum>& value) {
  return value ? name(*value) : std::string_view();
}

/// How many rows are in each state, in the order of the enumeration; `sql` selects a state and a
/// number.
template <typename Enum>
Result<std::vector<std::size_t>> count_states(Database& database, const char* sql) {
  std::vector<std::size_t> counts(names<Enum>().size());
  auto done = database.each(sql, {}, [&](Columns& next) {
    const auto state = static_cast<std::size_t>(next.parsed(parse<Enum>));
    counts[state] += next.count();
  });
  if (!done) return std::unexpected(std::move(done.error()));
  return counts;
}

}  // namespace oxbow::store
