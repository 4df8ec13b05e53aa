#include "github/http_client.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <latch>

#include "base/process.h"
#include "tests/fetch/web_server.h"
#include "tests/repo/scratch_repository.h"

using namespace oxbow;
using namespace oxbow::github;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using fetch::Connection;

namespace {

const Place place{"o/r", 7};

RsaKey app_key() {
  const ScratchFolder folder;
  const std::string pem = (folder / "key.pem").string();
  REQUIRE(run_process({{"openssl", "genrsa", "-out", pem, "2048"}, {}, {}, {}})->status == 0);
  std::ifstream file(pem);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto key = RsaKey::parse(text, "the key");
  REQUIRE(key);
  return std::move(*key);
}

std::string answer(int status, std::string_view headers, std::string_view body) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nConnection: close\r\n" +
         std::string(headers) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

// GitHub, as far as `answers` knows it; a token is the number of those that were asked for.
struct Server {
  using Answers = std::function<std::string(const std::string& path, const std::string& request)>;

  explicit Server(Answers answers, std::chrono::milliseconds patience = 300s)
      : web([this, answers = std::move(answers)](const std::string& path,
                                                 const Connection& connection) {
          if (path.ends_with("/access_tokens")) {
            connection.send(answer(201, "", R"({"token":"t)" + std::to_string(++tokens) + R"("})"));
          } else {
            connection.send(answers(path, web.requests().back()));
          }
        }),
        client({web.url(""), "12345", "oxbow-test", {patience, patience, 0ms, 4096}}, app_key(),
               [this] { return now; }) {}

  std::atomic<int> tokens = 0;
  std::chrono::seconds now{1'700'000'000};
  fetch::WebServer web;
  HttpClient client;
};

}  // namespace

TEST_CASE("a token is asked for once an hour, and serves until it ends") {
  Server server([](const std::string&, const std::string& request) {
    CHECK_THAT(request, Contains("Authorization: Bearer t"));
    CHECK_THAT(request, Contains("X-GitHub-Api-Version: 2022-11-28"));
    return answer(200, "", R"({"permission":"write"})");
  });
  CHECK(*server.client.permission(place, "alice") == Permission::write);
  CHECK(*server.client.permission(place, "bob") == Permission::write);
  CHECK(server.tokens == 1);
  server.now += 56min;
  CHECK(*server.client.permission(place, "alice") == Permission::write);
  CHECK(server.tokens == 2);
}

TEST_CASE(
    "a token that was taken back is replaced: for a question at once, for a write next time") {
  Server server([](const std::string& path, const std::string& request) {
    if (request.find("Bearer t1") != std::string::npos) return answer(401, "", "{}");
    return path.ends_with("/permission") ? answer(200, "", R"({"permission":"admin"})")
                                         : answer(201, "", R"({"id":99})");
  });
  CHECK(*server.client.permission(place, "alice") == Permission::admin);
  CHECK(server.tokens == 2);

  Server writing([](const std::string&, const std::string& request) {
    return request.find("Bearer t1") != std::string::npos ? answer(401, "", "{}")
                                                          : answer(201, "", R"({"id":99})");
  });
  const auto refused = writing.client.create_check(place, "{}");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Failure::Kind::passing);
  CHECK(*writing.client.create_check(place, "{}") == "99");
}

TEST_CASE("a list is read to its last page, and on no other server") {
  Server* self = nullptr;
  Server server([&](const std::string& path, const std::string&) {
    if (path.find("page=2") != std::string::npos) {
      return answer(200, "Link: <http://127.0.0.1:1/elsewhere?page=3>; rel=\"next\"\r\n",
                    R"([{"id":2,"body":"two","user":{"login":"b"}}])");
    }
    return answer(200,
                  "Link: <" + self->web.url("/x?page=0") + ">; rel=\"prev\", <" +
                      self->web.url(path + "&page=2") + ">; rel=\"next\"\r\n",
                  R"([{"id":1,"body":"one","user":{"login":"a"}}])");
  });
  self = &server;
  const auto comments = server.client.comments(place, 5);
  REQUIRE(comments);
  REQUIRE(comments->size() == 2);
  CHECK((*comments)[0].body == "one");
  CHECK((*comments)[1].author == "b");
}

TEST_CASE("what has not changed is not sent again") {
  int asked = 0;
  Server server([&](const std::string&, const std::string& request) {
    ++asked;
    if (request.find("If-None-Match: \"v1\"") != std::string::npos) return answer(304, "", "");
    return answer(200, "ETag: \"v1\"\r\n", R"([{"name":"rebuild: 0"}])");
  });
  CHECK(*server.client.labels(place, 5) == std::vector<std::string>{"rebuild: 0"});
  CHECK(*server.client.labels(place, 5) == std::vector<std::string>{"rebuild: 0"});
  CHECK(asked == 2);
}

TEST_CASE("who is unknown there may do nothing, and what is not an answer is not a right") {
  Server server([](const std::string& path, const std::string&) {
    if (path.find("/nobody/") != std::string::npos) return answer(404, "", "{}");
    return answer(200, "", R"({"permission":3})");
  });
  CHECK(*server.client.permission(place, "nobody") == Permission::none);
  const auto odd = server.client.permission(place, "odd");
  REQUIRE_FALSE(odd);
  CHECK(odd.error().kind == Failure::Kind::passing);
}

TEST_CASE("names in a path stay names") {
  std::string asked;
  Server server([&](const std::string& path, const std::string&) {
    asked = path;
    return answer(404, "", "{}");
  });
  CHECK(*server.client.permission({"o/r", 7}, "../../x?y=#") == Permission::none);
  CHECK(asked == "/repos/o/r/collaborators/..%2F..%2Fx%3Fy%3D%23/permission");
}

TEST_CASE("an answer without end, and none at all, are failures that pass") {
  Server long_one([](const std::string&, const std::string&) {
    return answer(200, "", std::string(100'000, ' '));
  });
  const auto too_long = long_one.client.labels(place, 5);
  REQUIRE_FALSE(too_long);
  CHECK(too_long.error().kind == Failure::Kind::passing);

  std::latch given_up(1);
  Server silent(
      [&](const std::string&, const std::string&) {
        given_up.wait();
        return std::string();
      },
      500ms);
  const auto none = silent.client.labels(place, 5);
  REQUIRE_FALSE(none);
  CHECK(none.error().kind == Failure::Kind::passing);
  given_up.count_down();
}
