#pragma once

#include <string>
#include <utility>

#include "sandbox/sandbox.h"

namespace oxbow::sandbox {

/// Runc runs builds by runc, as containers by the standard of the Open Container Initiative: for
/// production.
class Runc final : public Sandbox {
 public:
  explicit Runc(std::string program) : program_(std::move(program)) {}

  Result<SandboxEnd> run(const SandboxRequest& request) override;

 private:
  std::string program_;
};

}  // namespace oxbow::sandbox
