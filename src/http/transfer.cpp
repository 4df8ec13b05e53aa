#include "http/transfer.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace oxbow::http {
namespace {

constexpr std::size_t most_header_bytes = std::size_t{1} << 16U;

// Once in a process, and never undone: other threads may be using it.
bool start_curl() {
  static const bool started = ::curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return started;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  return end == std::string_view::npos ? "" : text.substr(begin, end + 1 - begin);
}

// Empty if it is not an address of the internet.
std::string numeric(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
  } else if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  }
  return text.data();
}

std::string reason(CURLcode code) {
  switch (code) {
    case CURLE_URL_MALFORMAT: return "not a url for HTTP";
    case CURLE_UNSUPPORTED_PROTOCOL: return "it does not speak HTTP";
    case CURLE_COULDNT_RESOLVE_HOST: return "its host has no address";
    case CURLE_COULDNT_CONNECT: return "cannot connect";
    case CURLE_OPERATION_TIMEDOUT: return "nothing comes in time";
    case CURLE_SSL_CONNECT_ERROR: return "the TLS handshake fails";
    case CURLE_PEER_FAILED_VERIFICATION:
      return "its certificate is not one that this system trusts for this host";
    case CURLE_SSL_CACERT_BADFILE: return "the system's certificates cannot be read";
    case CURLE_OK:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR: return "the connection ends before the answer does";
    default: return ::curl_easy_strerror(code);
  }
}

/// Transfer is one request to libcurl, which calls back into it.
class Transfer {
 public:
  Transfer(const Request& request, const Limits& limits, const Receiver& receiver)
      : request_(request),
        limits_(limits),
        receiver_(receiver),
        curl_(::curl_easy_init(), ::curl_easy_cleanup),
        headers_(nullptr, ::curl_slist_free_all) {}

  std::expected<Head, Trouble> run() {
    if (!curl_) return std::unexpected(Trouble{Trouble::Kind::failed, "no memory is left"});
    describe_request();
    bound();
    receive();
    const CURLcode code = ::curl_easy_perform(curl_.get());
    if (trouble_) return std::unexpected(*std::move(trouble_));
    if (is_unwanted_ || (code == CURLE_OK && has_head_)) return std::move(head_);
    if (!forbidden_.empty() && head_.status == 0) {
      return std::unexpected(Trouble{Trouble::Kind::forbidden, std::move(forbidden_)});
    }
    return std::unexpected(Trouble{Trouble::Kind::failed, reason(code)});
  }

 private:
  template <typename Value>
  void set(CURLoption option, Value value) {
    ::curl_easy_setopt(curl_.get(), option, value);
  }

  void describe_request() {
    set(CURLOPT_URL, request_.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    if (request_.method != "GET") set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    if (request_.method == "POST" || request_.method == "PUT" || request_.method == "PATCH") {
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
      set(CURLOPT_POSTFIELDS, request_.body.data());
    }
    // A name without a value takes away what libcurl would send by itself.
    for (const char* const line : {"Accept:", "Expect:", "Content-Type:"}) add_header(line);
    for (const auto& [name, value] : request_.headers) {
      add_header(fmt::format("{}: {}", name, value));
    }
    set(CURLOPT_HTTPHEADER, headers_.get());
    set(CURLOPT_PROXY, "");
    for (const auto& [option, variable] :
         {std::pair{CURLOPT_CAINFO, "SSL_CERT_FILE"}, std::pair{CURLOPT_CAPATH, "SSL_CERT_DIR"}}) {
      if (const char* const place = std::getenv(variable)) set(option, place);
    }
  }

  void add_header(const std::string& line) {
    headers_.reset(::curl_slist_append(headers_.release(), line.c_str()));
  }

  void bound() {
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits_.connect.count()));
    // libcurl takes up to a millisecond more to have passed than has.
    const auto total = limits_.total.count();
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(total == 0 ? 0 : total + 1));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME,
        static_cast<long>(std::chrono::ceil<std::chrono::seconds>(limits_.silence).count()));
  }

  void receive() {
    set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
    set(CURLOPT_OPENSOCKETDATA, this);
    set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &Transfer::on_content);
    set(CURLOPT_WRITEDATA, this);
  }

  static curl_socket_t open_socket(void* data, curlsocktype /*purpose*/,
                                   curl_sockaddr* address) noexcept {
    auto& self = *static_cast<Transfer*>(data);
    const std::string text = numeric(address->addr);
    if (text.empty()) return CURL_SOCKET_BAD;
    if (self.receiver_.forbidden) {
      if (auto why = self.receiver_.forbidden(text)) {
        self.forbidden_ = *std::move(why);
        return CURL_SOCKET_BAD;
      }
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }

  // What is not `size` ends the transfer.
  static std::size_t on_header(char* data, std::size_t /*one*/, std::size_t size,
                               void* self) noexcept {
    return static_cast<Transfer*>(self)->take_header({data, size}) ? size : size + 1;
  }
  static std::size_t on_content(char* data, std::size_t /*one*/, std::size_t size,
                                void* self) noexcept {
    return static_cast<Transfer*>(self)->take_content({data, size}) ? size : size + 1;
  }

  bool take_header(std::string_view line) {
    header_bytes_ += line.size();
    if (header_bytes_ > most_header_bytes)
      return give_up(Trouble::Kind::failed, "its headers do not end");
    if (has_head_) return true;  // a trailer
    if (line == "\r\n" || line == "\n") return end_head();
    if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
      add(head_.headers, line.substr(0, colon), trimmed(line.substr(colon + 1)));
    }
    return true;
  }

  bool end_head() {
    long status = 0;
    const char* address = nullptr;
    ::curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &status);
    ::curl_easy_getinfo(curl_.get(), CURLINFO_PRIMARY_IP, &address);
    if (status / 100 == 1) {  // the answer is still to come
      head_.headers.clear();
      return true;
    }
    has_head_ = true;
    head_.status = static_cast<int>(status);
    if (address != nullptr) head_.address = address;
    is_unwanted_ = receiver_.wanted && !receiver_.wanted(head_);
    if (is_unwanted_) return false;
    // Said beforehand, so that it is not downloaded up to the limit.
    return announced() <= limits_.bytes || too_large();
  }

  std::uint64_t announced() const {
    const std::string_view text = value_of(head_.headers, "content-length");
    std::uint64_t length = 0;
    std::from_chars(text.data(), text.data() + text.size(), length);
    return length;
  }

  bool take_content(std::string_view bytes) {
    if (bytes.size() > limits_.bytes - received_) return too_large();
    received_ += bytes.size();
    return !receiver_.take || receiver_.take(bytes) ||
           give_up(Trouble::Kind::not_taken, "its content cannot be taken");
  }

  bool too_large() {
    return give_up(Trouble::Kind::too_large, fmt::format("longer than {} bytes", limits_.bytes));
  }

  // False, for those who end the transfer by it.
  bool give_up(Trouble::Kind kind, std::string why) {
    trouble_ = Trouble{kind, std::move(why)};
    return false;
  }

  const Request& request_;
  const Limits& limits_;
  const Receiver& receiver_;
  std::unique_ptr<CURL, decltype(&::curl_easy_cleanup)> curl_;
  std::unique_ptr<curl_slist, decltype(&::curl_slist_free_all)> headers_;
  Head head_;
  bool has_head_ = false;
  bool is_unwanted_ = false;
  std::size_t header_bytes_ = 0;
  std::uint64_t received_ = 0;
  std::string forbidden_;
  std::optional<Trouble> trouble_;
};

}  // namespace

std::expected<Head, Trouble> transfer(const Request& request, const Limits& limits,
                                      const Receiver& receiver) {
  if (!start_curl()) {
    return std::unexpected(Trouble{Trouble::Kind::failed, "libcurl cannot be started"});
  }
  return Transfer(request, limits, receiver).run();
}

}  // namespace oxbow::http
