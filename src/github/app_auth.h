#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/signature.h"

namespace oxbow::github {

/// The JSON Web Token by which the app signs in: from a minute before `now` (Unix time), as clocks
/// differ, for nine minutes after it.
///   header  = {"alg":"RS256","typ":"JWT"}
///   payload = {"iat":SECONDS,"exp":SECONDS,"iss":"ISSUER"}    a number where the issuer is one
Result<std::string> app_token(const RsaKey& key, std::string_view issuer, std::chrono::seconds now);

}  // namespace oxbow::github
