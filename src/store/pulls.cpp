#include "store/pulls.h"

namespace oxbow::store {
namespace {

Pull read_pull(Columns& next) {
  Pull pull;
  pull.repository = next.text();
  pull.number = next.integer();
  pull.installation = next.integer();
  pull.title = next.text();
  pull.author = next.text();
  pull.head = next.text();
  pull.base_branch = next.text();
  pull.draft = next.flag();
  pull.open = next.flag();
  pull.approved_head = next.text();
  pull.updated_at = next.text();
  return pull;
}

}  // namespace

Result<std::optional<Pull>> Pulls::find(std::string_view repository, std::int64_t number) {
  return database_->one(
      "SELECT repository, number, installation, title, author, head, base_branch, draft, open,"
      " approved_head, updated_at FROM pulls WHERE repository = ?1 AND number = ?2",
      {repository, number}, read_pull);
}

Result<void> Pulls::set(const Pull& pull) {
  return database_->write(
      "INSERT OR REPLACE INTO pulls (repository, number, installation, title, author, head,"
      " base_branch, draft, open, approved_head, updated_at)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
      {pull.repository, pull.number, pull.installation, pull.title, pull.author, pull.head,
       pull.base_branch, std::int64_t{pull.draft}, std::int64_t{pull.open}, pull.approved_head,
       pull.updated_at});
}

}  // namespace oxbow::store
