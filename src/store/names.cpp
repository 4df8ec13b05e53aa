#include <array>
#include <string_view>
#include <utility>

#include "store/deliveries.h"
#include "store/publications.h"
#include "store/runs.h"

// These names are in the store's files: a new one may be added at an end, none may be changed.
namespace oxbow::store {
namespace {

template <std::size_t count, typename Enum>
std::string_view at(const std::array<std::string_view, count>& names, Enum value) {
  return names.at(static_cast<std::size_t>(std::to_underlying(value)));
}

}  // namespace

std::string_view name(DeliveryState state) {
  static constexpr std::array<std::string_view, 4> names = {"waiting", "done", "ignored", "failed"};
  return at(names, state);
}

std::string_view name(RunKind kind) {
  static constexpr std::array<std::string_view, 3> names = {"pull_request", "push", "merge_group"};
  return at(names, kind);
}

std::string_view name(RunState state) {
  static constexpr std::array<std::string_view, 6> names = {
      "queued", "analysing", "analysis_done", "building", "completed", "cancelled"};
  return at(names, state);
}

std::string_view name(RunScope scope) {
  static constexpr std::array<std::string_view, 4> names = {"nothing", "everything", "failed_again",
                                                            "packages"};
  return at(names, scope);
}

std::string_view name(LayerState state) {
  static constexpr std::array<std::string_view, 3> names = {"waiting", "running", "done"};
  return at(names, state);
}

std::string_view name(PublicationKind kind) {
  static constexpr std::array<std::string_view, 5> names = {"check", "comment", "label", "reaction",
                                                            "reply"};
  return at(names, kind);
}

}  // namespace oxbow::store
