#include "store/names.h"

#include <array>
#include <utility>

namespace oxbow::store {
namespace {

using Name = std::string_view;

constexpr std::array<Name, 4> of_deliveries = {"waiting", "done", "ignored", "failed"};
constexpr std::array<Name, 2> of_jobs = {"analyse", "build"};
constexpr std::array<Name, 3> of_kinds = {"pull_request", "push", "merge_group"};
constexpr std::array<Name, 6> of_runs = {"queued",   "analysing", "analysis_done",
                                         "building", "completed", "cancelled"};
constexpr std::array<Name, 3> of_scopes = {"everything", "failed_again", "packages"};
constexpr std::array<Name, 4> of_holds = {"none", "draft", "approval", "building_off"};
constexpr std::array<Name, 3> of_layers = {"waiting", "running", "done"};
constexpr std::array<Name, 5> of_publications = {"check", "comment", "label", "reaction", "reply"};

template <typename Enum>
Name at(Enum value) {
  return names<Enum>()[static_cast<std::size_t>(std::to_underlying(value))];
}

}  // namespace

template <>
std::span<const Name> names<DeliveryState>() {
  return of_deliveries;
}
template <>
std::span<const Name> names<JobKind>() {
  return of_jobs;
}
template <>
std::span<const Name> names<RunKind>() {
  return of_kinds;
}
template <>
std::span<const Name> names<RunState>() {
  return of_runs;
}
template <>
std::span<const Name> names<RunScope>() {
  return of_scopes;
}
template <>
std::span<const Name> names<Hold>() {
  return of_holds;
}
template <>
std::span<const Name> names<LayerState>() {
  return of_layers;
}
template <>
std::span<const Name> names<PublicationKind>() {
  return of_publications;
}

Name name(DeliveryState state) { return at(state); }
Name name(JobKind kind) { return at(kind); }
Name name(RunKind kind) { return at(kind); }
Name name(RunState state) { return at(state); }
Name name(RunScope scope) { return at(scope); }
Name name(Hold hold) { return at(hold); }
Name name(LayerState state) { return at(state); }
Name name(PublicationKind kind) { return at(kind); }

}  // namespace oxbow::store
