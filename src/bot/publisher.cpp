#include "bot/publisher.h"

#include <fmt/format.h>

#include <random>
#include <utility>
#include <vector>

#include "bot/label.h"
#include "bot/notices.h"
#include "bot/run_texts.h"
#include "github/check_run.h"
#include "github/failure.h"

namespace oxbow::bot {
namespace {

using github::Failure;
using store::Publication;
using store::PublicationKind;

constexpr std::size_t most_tries = 40;         // of trouble that passes: more than a day
constexpr std::size_t most_tries_refused = 8;  // keys and rights may be put in order

github::Place place(const Publication& publication) {
  return {publication.repository, publication.installation};
}

std::unexpected<Failure> interrupted() {
  return std::unexpected(Failure{Failure::Kind::passing, "the program ends", {}, false});
}

std::unexpected<Failure> store_failed(const Error& error) {
  return std::unexpected(Failure{Failure::Kind::passing, error.message, {}, false});
}

double jitter() {
  static thread_local std::minstd_rand random{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(random);
}

std::string what(const Publication& publication) {
  std::string text = fmt::format("{} {}", publication.repository, name(publication.kind));
  if (publication.run) text += fmt::format(" of run {}", store::number(*publication.run));
  if (publication.pull != 0) text += fmt::format(" of #{}", publication.pull);
  if (!publication.comment.empty()) text += " to comment " + publication.comment;
  return publication.name.empty() ? text : text + " " + publication.name;
}

}  // namespace

// That it may have been done is noted before it is: until `settling` is over nobody tries again.
template <typename Write>
auto Publisher::write(const Publication& publication, const Write& write) -> decltype(write()) {
  const auto turn = publications_.take_turn(now_(), settings_->between_writes);
  if (!turn) return store_failed(turn.error());
  if (!wait_until_(*turn)) {
    ends_ = true;
    return interrupted();
  }
  if (auto noted = publications_.attempt(publication.id, now_() + settings_->settling); !noted) {
    return store_failed(noted.error());
  }
  auto answer = write();
  if (const auto held = publications_.hold_back(now_() + settings_->between_writes); !held) {
    log_(held.error().message);
  }
  return answer;
}

Result<bool> Publisher::publish_next() {
  TRY_ASSIGN(auto next, publications_.next(now_()));
  if (!next) return false;
  const Publication& publication = *next;
  if (client_ == nullptr) {
    log_(fmt::format("dry run, not written: {}\n{}", what(publication), publication.wanted));
    TRY(publications_.told(publication.id, publication.wanted, "", now_(), now_()));
    return true;
  }
  const Told told = tell(publication);
  if (ends_) return false;
  TRY(keep(publication, told));
  return true;
}

Result<void> Publisher::keep(const Publication& publication, const Told& told) {
  const Time now = now_();
  if (told) {
    const bool is_check = publication.kind == PublicationKind::check;
    return publications_.told(publication.id, publication.wanted, *told, now,
                              is_check ? now + settings_->between_updates : now);
  }
  const Failure& failure = told.error();
  const std::size_t failures = publication.failures + 1;
  log_(fmt::format("not written: {}: {}", what(publication), failure.message));
  const bool hopeless =
      failure.kind == Failure::Kind::gone || failure.kind == Failure::Kind::rejected ||
      failures >= (failure.kind == Failure::Kind::refused ? most_tries_refused : most_tries);
  if (hopeless) return publications_.give_up(publication.id, failure.message);
  const auto rest = github::backoff(failure, failures, jitter());
  if (failure.everything) {
    TRY(publications_.hold_back(now + rest));
  }
  return publications_.postpone(publication.id, failure.message, now + rest);
}

Publisher::Told Publisher::tell(const Publication& publication) {
  switch (publication.kind) {
    case PublicationKind::check: return tell_check(publication);
    case PublicationKind::comment: return tell_comment(publication);
    case PublicationKind::label: return tell_label(publication);
    case PublicationKind::reply: return tell_reply(publication);
    case PublicationKind::reaction: break;
  }
  const auto done = write(publication, [&] {
    return client_->react(place(publication), publication.comment, publication.wanted);
  });
  if (!done) return std::unexpected(done.error());
  return std::string();
}

github::Answer<std::string> Publisher::find_check(const Publication& publication,
                                                  const store::Run& run) {
  TRY_ASSIGN(const auto checks,
             client_->checks(place(publication), run.subject.head, publication.name));
  for (const github::RemoteCheck& check : checks) {
    if (check.external_id == run_number(run.id)) return check.id;
  }
  return std::string();
}

Publisher::Told Publisher::tell_check(const Publication& publication) {
  const auto bodies = github::split_requests(publication.wanted);
  const auto run = publication.run ? runs_.find(*publication.run) : std::optional<store::Run>();
  if (!run) return store_failed(run.error());
  if (!bodies || bodies->empty() || !*run) {
    return std::unexpected(
        Failure{Failure::Kind::rejected, "what is stored is not a check", {}, false});
  }
  std::string id = publication.remote_id;
  if (id.empty() && publication.attempted) {
    TRY_ASSIGN(auto found, find_check(publication, **run));
    id = std::move(found);
  }
  std::size_t first = 0;
  if (id.empty()) {
    auto made = write(publication,
                      [&] { return client_->create_check(place(publication), bodies->front()); });
    if (!made) return made;
    id = std::move(*made);
    first = 1;
  }
  for (std::size_t i = first; i < bodies->size(); ++i) {
    const auto updated = write(
        publication, [&] { return client_->update_check(place(publication), id, (*bodies)[i]); });
    if (!updated) return std::unexpected(updated.error());
  }
  return id;
}

github::Answer<std::string> Publisher::find_comment(const Publication& publication,
                                                    std::string_view marker) {
  const std::string& us = settings_->policy.app_login;
  TRY_ASSIGN(const auto comments, client_->comments(place(publication), publication.pull));
  for (const github::RemoteComment& comment : comments) {
    // Anybody may write the marker.
    const bool is_ours =
        us.empty() ? comment.author.ends_with("[bot]") : is_same_name(comment.author, us);
    if (is_ours && comment.body.starts_with(marker)) return comment.id;
  }
  return std::string();
}

Publisher::Told Publisher::tell_comment(const Publication& publication) {
  std::string id = publication.remote_id;
  if (id.empty()) {
    TRY_ASSIGN(auto found, find_comment(publication, comment_marker));
    id = std::move(found);
  }
  if (!id.empty()) {
    const auto updated = write(publication, [&] {
      return client_->update_comment(place(publication), id, publication.wanted);
    });
    if (updated) return id;
    // Somebody may have deleted it.
    const bool is_gone = updated.error().kind == Failure::Kind::gone;
    if (!is_gone || publication.remote_id.empty()) return std::unexpected(updated.error());
    // And another may have been made of which we were not told.
    TRY_ASSIGN(auto other, find_comment(publication, comment_marker));
    if (!other.empty()) {
      const auto instead = write(publication, [&] {
        return client_->update_comment(place(publication), other, publication.wanted);
      });
      if (!instead) return std::unexpected(instead.error());
      return other;
    }
  }
  return make_comment(publication);
}

Publisher::Told Publisher::make_comment(const Publication& publication) {
  return write(publication, [&] {
    return client_->create_comment(place(publication), publication.pull, publication.wanted);
  });
}

Publisher::Told Publisher::tell_reply(const Publication& publication) {
  if (publication.attempted) {
    auto found = find_comment(publication, reply_marker(publication.comment));
    if (!found || !found->empty()) return found;
  }
  return make_comment(publication);
}

Publisher::Told Publisher::tell_label(const Publication& publication) {
  const std::int64_t pull = publication.pull;
  TRY_ASSIGN(const auto labels, client_->labels(place(publication), pull));
  bool is_there = false;
  for (const std::string& label : labels) {
    if (label == publication.wanted) is_there = true;
    if (label == publication.wanted || !is_rebuild_label(label)) continue;
    const auto removed =
        write(publication, [&] { return client_->remove_label(place(publication), pull, label); });
    if (!removed && removed.error().kind != Failure::Kind::gone) {
      return std::unexpected(removed.error());
    }
  }
  if (is_there) return publication.wanted;
  // With its colour, once; where the repository has it already, this is rejected.
  const std::string known = publication.repository + "\n" + publication.wanted;
  if (!labels_made_.contains(known)) {
    const auto made = write(publication, [&] {
      return client_->create_label(place(publication), publication.wanted,
                                   label_colour(publication.wanted));
    });
    if (!made && made.error().kind == Failure::Kind::passing) return std::unexpected(made.error());
    labels_made_.insert(known);
  }
  const auto added = write(publication, [&] {
    return client_->add_label(place(publication), pull, publication.wanted);
  });
  if (!added) return std::unexpected(added.error());
  return publication.wanted;
}

}  // namespace oxbow::bot
