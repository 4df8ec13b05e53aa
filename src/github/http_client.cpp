#include "github/http_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "github/app_auth.h"
#include "github/failure.h"
#include "github/http_answers.h"

// How requests are made: signing in, pages, what has not changed. What is asked for is in
// http_requests.cpp.
namespace oxbow::github {
namespace {

constexpr std::size_t most_kept = 500;
constexpr std::size_t most_pages = 50;
constexpr std::chrono::seconds token_life{3600};
constexpr std::chrono::seconds renewed_before{300};

Failure broken(std::string message) {
  return {Failure::Kind::rejected, std::move(message), std::nullopt, false};
}

// The path of the page that follows, if there is one; an address elsewhere is none.
std::optional<std::string> next_page(std::string_view links, std::string_view server) {
  while (!links.empty()) {
    const std::size_t open = links.find('<');
    const std::size_t close = links.find('>', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos) return std::nullopt;
    const std::string_view address = links.substr(open + 1, close - open - 1);
    const std::size_t end = std::min(links.find('<', close), links.size());
    const std::string_view what = links.substr(close, end - close);
    links.remove_prefix(end);
    if (what.find("rel=\"next\"") == std::string_view::npos) continue;
    if (address.starts_with('/')) return std::string(address);
    if (!address.starts_with(server)) return std::nullopt;
    return std::string(address.substr(server.size()));
  }
  return std::nullopt;
}

}  // namespace

http::Answer HttpClient::send(std::string_view method, const std::string& path,
                              std::string_view body, std::string_view token) {
  http::Request request;
  request.url = settings_.api + path;
  request.method = method;
  request.body = body;
  request.headers = {{"Accept", "application/vnd.github+json"},
                     {"X-GitHub-Api-Version", "2022-11-28"},
                     {"User-Agent", settings_.user_agent},
                     {"Authorization", "Bearer " + std::string(token)}};
  if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  const auto kept = kept_.find(path);
  if (method == "GET" && kept != kept_.end()) {
    request.headers.emplace_back("If-None-Match", kept->second.etag);
  }
  http::Answer answer = http::exchange(request, settings_.limits);
  if (answer.status == 304 && kept != kept_.end()) return kept->second.answer;
  if (method == "GET" && answer.status == 200 && !answer.header("etag").empty()) {
    if (kept_.size() >= most_kept) kept_.clear();
    kept_[path] = {std::string(answer.header("etag")), answer};
  }
  return answer;
}

Answer<http::Answer> HttpClient::as_app(std::string_view method, const std::string& path) {
  const auto token = app_token(key_, settings_.issuer, now_());
  if (!token) return std::unexpected(broken(token.error().message));
  http::Answer answer = send(method, path, "", *token);
  if (answer.status / 100 == 2) return answer;
  return std::unexpected(judge(answer, now_()));
}

Answer<std::string> HttpClient::token_for(const Place& place) {
  TRY_ASSIGN(const auto installation, installation_of(place));
  Token& token = tokens_[installation];
  if (token.expires > now_() + renewed_before) return token.text;
  const auto answer =
      as_app("POST", fmt::format("/app/installations/{}/access_tokens", installation));
  if (!answer) return std::unexpected(answer.error());
  token.text = token_of(answer->body);
  if (token.text.empty()) return std::unexpected(broken("GitHub's answer holds no token"));
  token.expires = now_() + token_life;
  return token.text;
}

Answer<http::Answer> HttpClient::ask(const Place& place, std::string_view method,
                                     const std::string& path, std::string_view body) {
  for (bool again = true;; again = false) {
    const auto token = token_for(place);
    if (!token) return std::unexpected(token.error());
    http::Answer answer = send(method, path, body, *token);
    if (answer.status / 100 == 2) return answer;
    Failure failure = judge(answer, now_());
    // A token may have been taken back before its time. A write waits for its next turn.
    if (answer.status == 401 && again) {
      tokens_.clear();
      if (method == "GET") continue;
      failure.kind = Failure::Kind::passing;
    }
    return std::unexpected(std::move(failure));
  }
}

Answer<std::vector<http::Answer>> HttpClient::ask_pages(const Place& place,
                                                        const std::string& path) {
  std::vector<http::Answer> pages;
  std::optional<std::string> next = path;
  while (next && pages.size() < most_pages) {
    TRY_ASSIGN(auto page, ask(place, "GET", *next));
    pages.push_back(std::move(page));
    next = next_page(pages.back().header("link"), settings_.api);
  }
  return pages;
}

}  // namespace oxbow::github
