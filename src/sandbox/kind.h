#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/error.h"
#include "sandbox/sandbox.h"

namespace oxbow::sandbox {

/// The sandboxes that there are (runc.h, bubblewrap.h).
enum class SandboxKind : std::uint8_t { runc, bwrap };

/// "runc" or "bwrap".
std::string_view name(SandboxKind kind);

/// runc, and bubblewrap where runc is missing; an error where both are.
Result<SandboxKind> find_sandbox();

/// An error where the program is missing.
Result<std::unique_ptr<Sandbox>> make_sandbox(SandboxKind kind);

}  // namespace oxbow::sandbox
