#include "github/app_auth.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/base64.h"

namespace oxbow::github {

Result<std::string> app_token(const RsaKey& key, std::string_view issuer,
                              std::chrono::seconds now) {
  const bool is_number = std::ranges::all_of(issuer, is_digit);
  const std::string_view quote = is_number ? "" : "\"";
  const std::string payload = fmt::format(R"({{"iat":{},"exp":{},"iss":{}{}{}}})", now.count() - 60,
                                          now.count() + 540, quote, issuer, quote);
  std::string token = to_base64url(R"({"alg":"RS256","typ":"JWT"})") + "." + to_base64url(payload);
  TRY_ASSIGN(const auto signature, key.sign(token));
  return token + "." + to_base64url(signature);
}

}  // namespace oxbow::github
