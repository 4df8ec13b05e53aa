#include <catch2/catch.hpp>
#include <httplib.h>

#include <cstdlib>
#include <string>
#include <thread>

#include "base/process.h"
#include "fetch/download.h"
#include "tests/fetch/scratch_sources.h"

namespace oxbow::fetch {
namespace {

using Kind = FetchFailure::Kind;

/// An https server on loopback whose certificate, for localhost alone, nobody has signed but
/// itself. /down leads to http.
class TlsServer {
 public:
  explicit TlsServer(const ScratchSources& scratch)
      : certificate_((scratch / "cert.pem").string()), key_((scratch / "key.pem").string()) {
    ProcessRequest request;
    request.arguments = {"openssl",  "req",           "-x509",   "-newkey",
                         "rsa:2048", "-nodes",        "-keyout", key_,
                         "-out",     certificate_,    "-days",   "2",
                         "-subj",    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"};
    const auto made = run_process(request);
    REQUIRE(made);
    INFO(made->output);
    REQUIRE(made->status == 0);
    server_ = std::make_unique<httplib::SSLServer>(certificate_.c_str(), key_.c_str());
    server_->Get("/a", [](const auto&, httplib::Response& response) {
      response.set_content("content", "text/plain");
    });
    server_->Get("/down", [](const auto&, httplib::Response& response) {
      response.set_redirect("http://localhost:1/a");
    });
    port_ = server_->bind_to_any_port("127.0.0.1");
    thread_ = std::jthread([this] { server_->listen_after_bind(); });
    while (!server_->is_running()) std::this_thread::yield();
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer() { server_->stop(); }

  const std::string& certificate() const { return certificate_; }
  std::string url(const std::string& host, const std::string& path) const {
    return "https://" + host + ":" + std::to_string(port_) + path;
  }

 private:
  std::string certificate_;
  std::string key_;
  std::unique_ptr<httplib::SSLServer> server_;
  int port_ = 0;
  std::jthread thread_;
};

TEST_CASE("https needs a certificate that the system trusts, for that host") {
  const ScratchSources scratch;
  const TlsServer server(scratch);
  const auto file = scratch / "file";
  const auto get = [&](const std::string& url) {
    return download(url, file, loopback_allowed, {});
  };

  const auto untrusted = get(server.url("localhost", "/a"));
  REQUIRE_FALSE(untrusted);
  CHECK(untrusted.error().kind == Kind::unavailable);
  CHECK(untrusted.error().message.find("certificate") != std::string::npos);

  // OpenSSL takes this file for the system's store.
  REQUIRE(::setenv("SSL_CERT_FILE", server.certificate().c_str(), 1) == 0);
  CHECK(get(server.url("localhost", "/a")));
  CHECK(text_of(file) == "content");
  const auto other_name = get(server.url("127.0.0.1", "/a"));
  REQUIRE_FALSE(other_name);
  CHECK(other_name.error().message.find("certificate") != std::string::npos);
  const auto down = get(server.url("localhost", "/down"));
  ::unsetenv("SSL_CERT_FILE");
  REQUIRE_FALSE(down);
  CHECK(down.error().kind == Kind::refused);
  CHECK(down.error().message.find("not encrypted") != std::string::npos);
}

}  // namespace
}  // namespace oxbow::fetch
