#include "store/pulls.h"

namespace oxbow::store {
namespace {

Pull read_pull(const Row& row) {
  Pull pull;
  pull.repository = row.text(0);
  pull.number = row.integer(1);
  pull.installation = row.integer(2);
  pull.title = row.text(3);
  pull.author = row.text(4);
  pull.head = row.text(5);
  pull.base_branch = row.text(6);
  pull.draft = row.integer(7) != 0;
  pull.open = row.integer(8) != 0;
  pull.approved_head = row.text(9);
  pull.updated_at = row.text(10);
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
