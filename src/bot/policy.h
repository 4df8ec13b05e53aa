#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "job/repository.h"
#include "opam/target.h"

namespace oxbow::bot {

/// A repository that is tested on GitHub.
struct TestedRepository {
  std::string name;   ///< "OWNER/NAME"
  std::string place;  ///< where it is fetched from
  std::vector<std::string> branches;
  std::vector<std::string> trusted;  ///< logins, besides those who may write to it
  std::vector<job::RepositorySpec> below;
  std::vector<opam::Target> targets;
};

/// Policy is what the operator of the bot has decided.
struct Policy {
  std::vector<TestedRepository> repositories;
  bool build = true;      ///< or analysis only
  std::string app_login;  ///< of the bot itself, whose own comments are passed over; may be empty

  const TestedRepository* find(std::string_view repository) const;
};

/// The name without regard to case, as GitHub compares logins and repositories.
bool is_same_name(std::string_view a, std::string_view b);

}  // namespace oxbow::bot
