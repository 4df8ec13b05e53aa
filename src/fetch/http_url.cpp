#include "fetch/http_url.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "base/untrusted.h"
#include "fetch/address_policy.h"

namespace oxbow::fetch {
namespace {

// What no url may hold, as %XX.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c > ' ' && c < '\x7f') {
      result += c;
    } else {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return result;
}

// A name whose last label is a number is an IPv4 address, which has one way of being written.
bool is_host(const std::string& host) {
  const bool plain = std::ranges::all_of(
      host, [](char c) { return is_digit(c) || is_letter(c) || c == '.' || c == '-' || c == '_'; });
  if (!plain || host.empty() || host.size() > 253 || host.front() == '.' || host.front() == '-') {
    return false;
  }
  const std::string_view last = std::string_view(host).substr(host.rfind('.') + 1);
  if (last.empty()) return false;  // a dot at the end, which curl drops at times
  return !is_digit(last.front()) || parse_address(host).has_value();
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

// HOST, HOST:PORT, [V6] or [V6]:PORT.
bool read_authority(std::string_view text, HttpUrl& url) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return false;
    url.host = lower(text.substr(1, close - 1));
    port = text.substr(close + 1);
    const auto address = parse_address(url.host);
    if (!address || !address->is_v6) return false;
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    url.host = lower(text.substr(0, colon));
    port = text.substr(colon);
    if (!is_host(url.host)) return false;
  }
  url.port = url.tls ? 443 : 80;
  if (port.empty() || port == ":") return true;
  const auto number = parse_port(port.substr(1));
  if (port.front() != ':' || !number) return false;
  url.port = *number;
  return true;
}

}  // namespace

std::string HttpUrl::authority() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  std::string text = is_v6 ? "[" + host + "]" : host;
  if (port != (tls ? 443 : 80)) text += fmt::format(":{}", port);
  return text;
}

std::string HttpUrl::to_string() const {
  return (tls ? "https://" : "http://") + authority() + target;
}

std::optional<HttpUrl> parse_http_url(std::string_view text) {
  HttpUrl url;
  const std::size_t separator = text.find("://");
  if (separator == std::string_view::npos) return std::nullopt;
  const std::string scheme = lower(text.substr(0, separator));
  if (scheme != "http" && scheme != "https") return std::nullopt;
  url.tls = scheme == "https";
  text.remove_prefix(separator + 3);
  text = text.substr(0, text.find('#'));
  const std::size_t end = std::min(text.find_first_of("/?\\"), text.size());
  std::string_view authority = text.substr(0, end);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    authority.remove_prefix(at + 1);
  }
  if (!read_authority(authority, url)) return std::nullopt;
  const std::string target = escaped(text.substr(end));
  if (target.starts_with('\\')) return std::nullopt;
  url.target = target.starts_with('/') ? target : "/" + target;
  return url;
}

std::optional<HttpUrl> redirected(const HttpUrl& url, std::string_view location) {
  if (location.empty()) return std::nullopt;
  const std::string origin = (url.tls ? "https://" : "http://") + url.authority();
  if (location.starts_with("//")) {
    return parse_http_url((url.tls ? "https:" : "http:") + std::string(location));
  }
  if (location.starts_with('/')) return parse_http_url(origin + std::string(location));
  const std::size_t colon = location.find(':');
  if (colon != std::string_view::npos && colon < location.find_first_of("/?#")) {
    return parse_http_url(location);
  }
  const std::string path = url.target.substr(0, url.target.find('?'));
  if (location.starts_with('?')) return parse_http_url(origin + path + std::string(location));
  return parse_http_url(origin + path.substr(0, path.rfind('/') + 1) + std::string(location));
}

std::string shown_url(std::string_view url) {
  const std::size_t separator = url.find("://");
  const std::size_t begin = separator == std::string_view::npos ? 0 : separator + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  const std::size_t at = url.substr(begin, end - begin).rfind('@');
  const std::size_t host = at == std::string_view::npos ? begin : begin + at + 1;
  const std::string text = std::string(url.substr(0, begin)).append(url.substr(host));
  const std::size_t query = text.find('?');
  return printable(query == std::string::npos ? text : text.substr(0, query) + "?...", most_shown);
}

}  // namespace oxbow::fetch
