#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "github/client.h"

namespace oxbow::github {

/// FakeGithub remembers what it was asked to show. It can be told what becomes of the next writes:
/// a failure before anything was done, or the loss of an answer after it was; and to which
/// questions of rights it has no answer.
class FakeGithub final : public Client {
 public:
  struct Mishap {
    Failure failure;
    bool done = false;  ///< before it happened
  };

  // What happens.
  std::deque<std::optional<Mishap>> mishaps;  ///< of writes to come; of all others none
  std::deque<Failure> unanswered;             ///< instead of the next permissions
  std::map<std::string, Permission> permissions;
  std::map<std::int64_t, PullRequest> pulls;
  std::string login = "oxbow[bot]";
  std::vector<FailedDelivery> not_arrived;
  std::function<void(std::string_view delivery)> on_redeliver = [](std::string_view) {};

  // What happened.
  struct Check {
    std::string id;
    std::string external_id;
    std::string name;
    std::vector<std::string> bodies;
  };
  std::vector<Check> shown_checks;
  std::vector<RemoteComment> shown_comments;
  std::vector<std::string> shown_labels;
  std::vector<std::string> reactions;  ///< "COMMENT CONTENT"
  std::size_t writes = 0;
  std::size_t questions = 0;

  Answer<std::string> create_check(const Place& /*place*/, std::string_view body) override {
    return write<std::string>([&] {
      shown_checks.push_back({std::to_string(1000 + shown_checks.size()),
                              member(body, "external_id"),
                              member(body, "name"),
                              {std::string(body)}});
      return shown_checks.back().id;
    });
  }
  Answer<void> update_check(const Place& /*place*/, std::string_view id,
                            std::string_view body) override {
    const auto check = std::ranges::find(shown_checks, id, &Check::id);
    if (check == shown_checks.end()) return gone();
    return without_value(write<bool>([&] { return check->bodies.emplace_back(body), true; }));
  }
  Answer<std::string> create_comment(const Place& /*place*/, std::int64_t /*pull*/,
                                     std::string_view text) override {
    return write<std::string>([&] {
      shown_comments.push_back({std::to_string(2000 + comments_made_++), login, std::string(text)});
      return shown_comments.back().id;
    });
  }
  Answer<void> update_comment(const Place& /*place*/, std::string_view id,
                              std::string_view text) override {
    const auto comment = std::ranges::find(shown_comments, id, &RemoteComment::id);
    if (comment == shown_comments.end()) return gone();
    return without_value(write<bool>([&] { return comment->body = text, true; }));
  }
  Answer<void> create_label(const Place& /*place*/, std::string_view /*name*/,
                            std::string_view /*colour*/) override {
    return without_value(write<bool>([] { return true; }));
  }
  Answer<void> add_label(const Place& /*place*/, std::int64_t /*pull*/,
                         std::string_view name) override {
    return without_value(write<bool>([&] { return shown_labels.emplace_back(name), true; }));
  }
  Answer<void> remove_label(const Place& /*place*/, std::int64_t /*pull*/,
                            std::string_view name) override {
    return without_value(write<bool>([&] { return std::erase(shown_labels, name) > 0; }));
  }
  Answer<void> react(const Place& /*place*/, std::string_view comment,
                     std::string_view content) override {
    return without_value(write<bool>([&] {
      return reactions.push_back(std::string(comment) + " " + std::string(content)), true;
    }));
  }
  Answer<void> redeliver(std::string_view delivery) override {
    on_redeliver(delivery);
    return {};
  }

  Answer<std::vector<RemoteCheck>> checks(const Place& /*place*/, std::string_view /*head*/,
                                          std::string_view name) override {
    std::vector<RemoteCheck> all;
    for (const Check& check : shown_checks) {
      if (check.name == name) all.push_back({check.id, check.external_id});
    }
    return all;
  }
  Answer<std::vector<RemoteComment>> comments(const Place& /*place*/,
                                              std::int64_t /*pull*/) override {
    return shown_comments;
  }
  Answer<std::vector<std::string>> labels(const Place& /*place*/, std::int64_t /*pull*/) override {
    return shown_labels;
  }
  Answer<Permission> permission(const Place& /*place*/, std::string_view user) override {
    ++questions;
    if (!unanswered.empty()) {
      const Failure failure = unanswered.front();
      unanswered.pop_front();
      return std::unexpected(failure);
    }
    const auto found = permissions.find(std::string(user));
    return found == permissions.end() ? Permission::none : found->second;
  }
  Answer<PullRequest> pull(const Place& /*place*/, std::int64_t number) override {
    ++questions;
    const auto found = pulls.find(number);
    if (found == pulls.end())
      return std::unexpected(Failure{Failure::Kind::gone, "404", {}, false});
    return found->second;
  }
  Answer<std::vector<FailedDelivery>> failed_deliveries(std::string_view /*since*/) override {
    return not_arrived;
  }

 private:
  static std::unexpected<Failure> gone() {
    return std::unexpected(Failure{Failure::Kind::gone, "404", {}, false});
  }

  static Answer<void> without_value(const Answer<bool>& answer) {
    if (!answer) return std::unexpected(answer.error());
    return {};
  }

  // A text of a body whose values hold no quotes.
  static std::string member(std::string_view body, const std::string& name) {
    const std::string before = "\"" + name + "\":\"";
    const std::size_t at = body.find(before);
    if (at == std::string_view::npos) return "";
    body.remove_prefix(at + before.size());
    return std::string(body.substr(0, body.find('"')));
  }

  template <typename T, typename Do>
  Answer<T> write(const Do& act) {
    ++writes;
    std::optional<Mishap> mishap;
    if (!mishaps.empty()) {
      mishap = mishaps.front();
      mishaps.pop_front();
    }
    if (mishap && !mishap->done) return std::unexpected(mishap->failure);
    T value = act();
    if (mishap) return std::unexpected(mishap->failure);
    return value;
  }

  std::size_t comments_made_ = 0;
};

}  // namespace oxbow::github
