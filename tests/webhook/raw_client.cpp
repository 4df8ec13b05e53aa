#include "tests/webhook/raw_client.h"

#include "base/signature.h"

namespace oxbow::webhook {

std::string signed_delivery(std::string_view secret, std::string_view guid, std::string_view body,
                            std::string_view more_headers) {
  std::string text =
      "POST /webhook HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "X-GitHub-Event: ping\r\nX-GitHub-Delivery: ";
  text.append(guid).append("\r\nX-Hub-Signature-256: sha256=");
  text +=
      hmac_sha256_hex(secret, body) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  return text.append(more_headers).append("\r\n").append(body);
}

}  // namespace oxbow::webhook
