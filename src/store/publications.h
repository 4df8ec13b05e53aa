#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "store/database.h"
#include "store/runs.h"

namespace oxbow::store {

enum class PublicationId : std::int64_t {};

/// check: a check run of a head. comment: the sticky one of a pull request. label: the rebuild
/// label of a pull request. reaction: on a comment. reply: a comment made once.
enum class PublicationKind : std::uint8_t { check, comment, label, reaction, reply };

std::string_view name(PublicationKind kind);

/// Publication is one thing that GitHub is to show, as it is wanted and as GitHub was last told.
/// What it is, is its repository, its kind and:
///   kind      of                  name
///   check     a run               "oxbow / analysis"
///   comment   a pull request
///   label     a pull request
///   reaction  a comment           "eyes", "+1", "confused"
///   reply     a pull request, and the comment that it answers
struct Publication {
  PublicationId id{};
  std::string repository;
  std::int64_t installation = 0;
  PublicationKind kind = PublicationKind::check;
  std::optional<RunId> run;  ///< of a check; of a comment or a label, the run that it tells of now
  std::int64_t pull = 0;     ///< its number; 0 where there is none
  std::string comment;       ///< GitHub's id of it
  std::string name;
  std::string wanted;      ///< what GitHub is to be told: a text that github/ reads and writes
  bool completed = false;  ///< of a check: that is what is wanted of it
  std::string told;        ///< the `wanted` that GitHub shows; empty if none, or not known
  std::string remote_id;   ///< GitHub's id of it; empty until known
  /// GitHub may have made it without our knowing its id: look for it before making it.
  bool attempted = false;
  std::size_t failures = 0;  ///< in a row
  std::string failure;       ///< the last one
  bool given_up = false;
  Time not_before;
  std::optional<Time> told_at;

  bool is_due() const { return !given_up && wanted != told; }
};

/// Publications is the way out to GitHub. What is wanted is written with what it tells of, in one
/// transaction; a publisher makes it so, one write after another, as often as it takes.
class Publications {
 public:
  explicit Publications(Database& database) : database_(&database) {}

  /// Says what is wanted from now on. The newest wins: what was wanted before and not told never
  /// will be. Gives hope again to what was given up. `key` has what it is, installation, run and
  /// whether it is completed. It is told from `not_before` on: what may soon be outdated can wait.
  Result<PublicationId> want(const Publication& key, std::string_view wanted, Time not_before);

  /// The one that is to be told next: of those due and not to be left alone for now, the one that
  /// has waited the longest.
  Result<std::optional<Publication>> next(Time now);

  /// To be called before GitHub is asked to show the thing. What it shows is then not known until
  /// it is told; and until `settled` it is left alone otherwise, since whoever sent the request may
  /// be gone, and the request still under way.
  Result<void> attempt(PublicationId id, Time settled);

  /// GitHub has taken `wanted`, which is now known there as `remote_id`. It is left alone until
  /// `not_before`.
  Result<void> told(PublicationId id, std::string_view wanted, std::string_view remote_id, Time now,
                    Time not_before);

  Result<void> postpone(PublicationId id, std::string_view failure, Time until);
  Result<void> give_up(PublicationId id, std::string_view failure);

  /// What is wanted of a run's checks from now on is told even if it was told before: GitHub
  /// itself has opened them again.
  Result<void> forget_checks(RunId run);

  /// The check that GitHub knows under this id.
  Result<std::optional<Publication>> find_check(std::string_view repository,
                                                std::string_view remote_id);
  Result<std::vector<Publication>> of_run(RunId run);

  struct Counts {
    std::size_t due = 0;
    std::size_t given_up = 0;
  };
  Result<Counts> counts();

  /// Takes the next turn for a write to GitHub, `apart` after the one before, and says when that
  /// is: never earlier than `now`. Holds for all processes on this store, and across their ends.
  Result<Time> take_turn(Time now, std::chrono::milliseconds apart);

  /// Nobody may write before `time`: GitHub has said so.
  Result<void> hold_back(Time time);

 private:
  Database* database_;
};

}  // namespace oxbow::store
