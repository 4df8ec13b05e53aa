#include "opam/url.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.h"

namespace oxbow::opam {
namespace {

std::optional<Backend> version_control(std::string_view text) {
  if (text == "git") return Backend::git;
  if (text == "hg") return Backend::hg;
  if (text == "darcs") return Backend::darcs;
  return std::nullopt;
}

std::optional<Backend> transport_backend(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Backend>, 12> known = {{
      {"http", Backend::http},
      {"https", Backend::http},
      {"ftp", Backend::http},
      {"wget", Backend::http},
      {"curl", Backend::http},
      {"file", Backend::rsync},
      {"path", Backend::rsync},
      {"local", Backend::rsync},
      {"rsync", Backend::rsync},
      {"ssh", Backend::rsync},
      {"scp", Backend::rsync},
      {"sftp", Backend::rsync},
  }};
  for (const auto& [name, backend] : known) {
    if (name == text) return backend;
  }
  return version_control(text);
}

// backend+transport://path#hash, the parts that are not there being empty.
struct Parts {
  std::string_view control;
  std::string_view transport;
  std::string_view path;
  std::string_view hash;
};

Parts split(std::string_view text) {
  Parts parts;
  if (const std::size_t separator = text.find("://");
      separator != std::string_view::npos && text.find(':') == separator) {
    parts.transport = text.substr(0, separator);
    text.remove_prefix(separator + 3);
    if (const std::size_t plus = parts.transport.find('+'); plus != std::string_view::npos) {
      parts.control = parts.transport.substr(0, plus);
      parts.transport.remove_prefix(plus + 1);
    }
  }
  const std::size_t hash = text.find('#');
  parts.path = text.substr(0, hash);
  if (hash != std::string_view::npos) parts.hash = text.substr(hash + 1);
  return parts;
}

// HOST:PATH, as scp and git have it: the host at least two characters without '/'. What follows
// the colon must not be a port.
std::optional<std::string> ssh_path(std::string_view path) {
  const std::size_t end = path.find_first_of("/:");
  if (end == std::string_view::npos || path[end] != ':' || end < 2) return std::nullopt;
  std::string_view rest = path.substr(end + 1);
  if (!rest.empty() && rest.front() == '/') rest.remove_prefix(1);
  std::string host(path.substr(0, end));
  if (rest.empty()) return host;
  const auto* const digits_end = std::find_if_not(rest.begin(), rest.end(), is_digit);
  const bool port = is_digit(rest.front()) && (digits_end == rest.end() || *digits_end == '/');
  if (port) return std::nullopt;
  return host + "/" + std::string(rest);
}

std::string absolute(std::string_view path) {
  return path.starts_with('/') ? std::string(path) : "/" + std::string(path);
}

}  // namespace

std::optional<Url> parse_url(std::string_view text, std::optional<Backend> backend) {
  const Parts parts = split(text);
  if (!backend) {
    if (!parts.control.empty()) {
      backend = version_control(parts.control);
    } else if (parts.transport.empty()) {
      backend = Backend::rsync;
    } else {
      backend = transport_backend(parts.transport);
    }
    if (!backend) return std::nullopt;
  }
  Url url{*backend, std::string(parts.transport), std::string(parts.path), std::nullopt};
  if (!parts.hash.empty()) url.hash = std::string(parts.hash);

  const bool control_transport = version_control(parts.transport).has_value();
  const auto ssh = ssh_path(parts.path);
  if (*backend == Backend::http && parts.transport.empty()) {
    url.transport = "http";
  } else if (ssh && (parts.transport.empty() || control_transport)) {
    url.transport = "ssh";
    url.path = *ssh;
  } else if (parts.transport.empty() || (control_transport && parts.transport != "git")) {
    url.transport = "file";
    url.path = absolute(parts.path);
  }
  return url;
}

std::string Url::to_string() const {
  std::string prefix;
  if (backend == Backend::git) prefix = "git";
  if (backend == Backend::darcs) prefix = "darcs";
  if (backend == Backend::hg) prefix = "hg";
  prefix = prefix.empty() || prefix == transport ? transport : prefix + "+" + transport;
  return prefix + "://" + path + (hash ? "#" + *hash : "");
}

std::string_view basename(const Url& url) {
  std::string_view path = url.path;
  while (path.ends_with('/')) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

bool is_commit(std::string_view hash) {
  return (hash.size() == 40 || hash.size() == 64) &&
         std::all_of(hash.begin(), hash.end(), [](char c) { return hex_value(c) >= 0; });
}

}  // namespace oxbow::opam
