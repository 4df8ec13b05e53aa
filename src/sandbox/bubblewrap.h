#pragma once

#include <string>
#include <utility>

#include "sandbox/sandbox.h"

namespace oxbow::sandbox {

/// Bubblewrap runs builds by bwrap, which needs no set-up: for a person's own machine.
class Bubblewrap final : public Sandbox {
 public:
  explicit Bubblewrap(std::string program) : program_(std::move(program)) {}

  Result<SandboxEnd> run(const SandboxRequest& request) override;

 private:
  std::string program_;
};

}  // namespace oxbow::sandbox
