#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/deliveries.h"

/// What becomes of a POST, without sockets, clock or store.
namespace oxbow::webhook {

/// Head is what is known of a request before its body is read.
struct Head {
  std::string method;
  std::string path;
  std::string content_type;
  std::string content_encoding;
  std::string transfer_encoding;
  std::string content_length;
  std::string event;      ///< X-GitHub-Event
  std::string guid;       ///< X-GitHub-Delivery
  std::string signature;  ///< X-Hub-Signature-256
};

/// Refusal is an answer that says no, with a status of HTTP and a line for the log.
struct Refusal {
  int status = 400;
  std::string why;
};

/// What can be refused before the body is read: another method or path, no or too great a length,
/// chunks, an encoding, missing or malformed headers.
std::optional<Refusal> refuse(const Head& head, std::size_t most_bytes);

/// The length of the body of a request that was not refused.
std::size_t body_length(const Head& head);

/// Whether one of the secrets signed the body; looked at before anything in it is.
std::optional<Refusal> refuse(const Head& head, std::string_view body,
                              const std::vector<std::string>& secrets);

}  // namespace oxbow::webhook
