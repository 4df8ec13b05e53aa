#include "sandbox/kind.h"

#include <unistd.h>

#include <optional>
#include <string>

#include "sandbox/bubblewrap.h"
#include "sandbox/runc.h"

namespace oxbow::sandbox {
namespace {

// Where Debian and others put it. PATH is a person's, and this runs as root.
std::optional<std::string> program(std::string_view name) {
  for (const char* const folder : {"/usr/bin/", "/usr/sbin/", "/usr/local/bin/"}) {
    std::string path = folder + std::string(name);
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return std::nullopt;
}

}  // namespace

std::string_view name(SandboxKind kind) { return kind == SandboxKind::runc ? "runc" : "bwrap"; }

Result<SandboxKind> find_sandbox() {
  if (program("runc")) return SandboxKind::runc;
  if (program("bwrap")) return SandboxKind::bwrap;
  return fail("neither runc nor bwrap is installed; install runc, or bubblewrap");
}

Result<std::unique_ptr<Sandbox>> make_sandbox(SandboxKind kind) {
  auto path = program(name(kind));
  if (!path) return fail(std::string(name(kind)) + " is not installed");
  if (kind == SandboxKind::runc) return std::make_unique<Runc>(std::move(*path));
  return std::make_unique<Bubblewrap>(std::move(*path));
}

}  // namespace oxbow::sandbox
