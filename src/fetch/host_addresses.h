#pragma once

#include <expected>
#include <string>
#include <vector>

#include "fetch/address_policy.h"
#include "fetch/failure.h"

namespace oxbow::fetch {

/// The addresses of a host, at least one, all of which the policy allows: one that it forbids
/// refuses the host. Who connects has to do so to one of these, and not to look the name up again,
/// since the answer may be another one then.
std::expected<std::vector<Address>, FetchFailure> checked_addresses(const std::string& host,
                                                                    const AddressPolicy& policy);

}  // namespace oxbow::fetch
