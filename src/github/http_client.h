#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/signature.h"
#include "github/client.h"
#include "http/exchange.h"

namespace oxbow::github {

/// HttpClient asks a GitHub over HTTP, as an app. It signs in as the installation that a Place
/// names, or else that the repository has; tokens are kept until five minutes before their end.
/// Answers to questions are asked for again only if they have changed (ETag).
class HttpClient final : public Client {
 public:
  struct Settings {
    std::string api;     ///< "https://api.github.com"
    std::string issuer;  ///< the app's id or client id
    std::string user_agent;
    http::Limits limits;
  };
  using Now = std::function<std::chrono::seconds()>;  ///< Unix time

  HttpClient(Settings settings, RsaKey key, Now now)
      : settings_(std::move(settings)), key_(std::move(key)), now_(std::move(now)) {}

  Answer<std::string> create_check(const Place& place, std::string_view body) override;
  Answer<void> update_check(const Place& place, std::string_view id,
                            std::string_view body) override;
  Answer<std::string> create_comment(const Place& place, std::int64_t pull,
                                     std::string_view text) override;
  Answer<void> update_comment(const Place& place, std::string_view id,
                              std::string_view text) override;
  Answer<void> create_label(const Place& place, std::string_view name,
                            std::string_view colour) override;
  Answer<void> add_label(const Place& place, std::int64_t pull, std::string_view name) override;
  Answer<void> remove_label(const Place& place, std::int64_t pull, std::string_view name) override;
  Answer<void> react(const Place& place, std::string_view comment,
                     std::string_view content) override;
  Answer<void> redeliver(std::string_view delivery) override;

  Answer<std::vector<RemoteCheck>> checks(const Place& place, std::string_view head,
                                          std::string_view name) override;
  Answer<std::vector<RemoteComment>> comments(const Place& place, std::int64_t pull) override;
  Answer<std::vector<std::string>> labels(const Place& place, std::int64_t pull) override;
  Answer<Permission> permission(const Place& place, std::string_view user) override;
  Answer<PullRequest> pull(const Place& place, std::int64_t number) override;
  Answer<std::vector<FailedDelivery>> failed_deliveries(std::string_view since) override;

 private:
  struct Token {
    std::string text;
    std::chrono::seconds expires{};
  };
  struct Kept {
    std::string etag;
    http::Answer answer;
  };

  Answer<http::Answer> as_app(std::string_view method, const std::string& path);
  Answer<std::int64_t> installation_of(const Place& place);
  Answer<std::string> token_for(const Place& place);
  Answer<http::Answer> ask(const Place& place, std::string_view method, const std::string& path,
                           std::string_view body = {});
  Answer<std::vector<http::Answer>> ask_pages(const Place& place, const std::string& path);
  http::Answer send(std::string_view method, const std::string& path, std::string_view body,
                    std::string_view token);

  Settings settings_;
  RsaKey key_;
  Now now_;
  std::map<std::string, std::int64_t, std::less<>> installations_;
  std::map<std::int64_t, Token> tokens_;
  std::map<std::string, Kept, std::less<>> kept_;
};

}  // namespace oxbow::github
