#include "store/database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "base/descriptor.h"
#include "store/schema.h"

namespace oxbow::store {
namespace {

constexpr int busy_milliseconds = 10'000;

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

// A statement that is ready for its next use when this goes.
class Use {
 public:
  explicit Use(sqlite3_stmt* statement) : statement_(statement) {}
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }

 private:
  sqlite3_stmt* statement_;
};

// Makes the file if it is not there, for its owner and group alone: listener and worker may be
// different users. What lies beside it, SQLite makes with the same rights.
void make_for_group(const std::filesystem::path& file) {
  const Descriptor made(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (made) ::fchmod(made.get(), 0660);
}

}  // namespace

struct Database::Connection {
  std::string file;
  std::unique_ptr<sqlite3, CloseDatabase> handle;
  // Goes before the handle.
  std::map<std::string, std::unique_ptr<sqlite3_stmt, FinalizeStatement>, std::less<>> statements;
  int depth = 0;  // of transactions
};

Database::Database(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Error Database::error(const char* sql) const {
  sqlite3* const handle = connection_->handle.get();
  const char* hint = "";
  switch (sqlite3_errcode(handle)) {
    case SQLITE_FULL: hint = "; make room on its disk"; break;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN: hint = "; see that this user may write the file and its folder"; break;
    case SQLITE_NOTADB: hint = "; it is not a store, name another file"; break;
    case SQLITE_BUSY: hint = "; another process holds it for too long"; break;
    default: break;
  }
  const std::string_view text = sql;
  return Error{fmt::format("the store {}: {}{} ({})", connection_->file, sqlite3_errmsg(handle),
                           hint, text.substr(0, text.find('\n')))};
}

Error Database::unreadable(std::string_view sql, std::string_view column) const {
  constexpr std::string_view from = " FROM ";
  const std::size_t begin = sql.find(from);
  std::string_view table = begin == std::string_view::npos ? sql : sql.substr(begin + from.size());
  table = table.substr(0, table.find(' '));
  return Error{fmt::format(
      "the store {}: {} where {}, which this program cannot read; update oxbow or mend that row",
      connection_->file, table, column)};
}

Result<Database> Database::connect(const std::string& file, int flags) {
  auto connection = std::make_unique<Connection>();
  connection->file = file;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  connection->handle.reset(handle);
  Database database(std::move(connection));
  if (code != SQLITE_OK) return std::unexpected(database.error("open"));
  sqlite3_busy_timeout(handle, busy_milliseconds);
  return database;
}

Result<Database> Database::open(const std::filesystem::path& file, Access access) {
  if (access == Access::read_only) {
    TRY_ASSIGN(auto database, connect(file.string(), SQLITE_OPEN_READWRITE));
    const auto version = database.schema_version();
    if (!version) return std::unexpected(version.error());
    if (*version != newest_schema) {
      return fail(
          fmt::format("the store {} has schema {}, and this program reads {}; start "
                      "`oxbow worker` of this version once",
                      file.string(), *version, newest_schema));
    }
    TRY(database.run("PRAGMA query_only = 1"));
    return database;
  }
  make_for_group(file);
  TRY_ASSIGN(auto database, connect(file.string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  TRY(database.migrate());
  return database;
}

Result<Database> Database::in_memory() {
  TRY_ASSIGN(auto database, connect(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  TRY(database.migrate());
  return database;
}

Result<std::int64_t> Database::schema_version() {
  auto version = one("PRAGMA user_version", {}, [](Columns& next) { return next.integer(); });
  if (!version) return std::unexpected(std::move(version.error()));
  return version->value_or(0);
}

Result<void> Database::migrate() {
  for (const char* const setting :
       {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON"}) {
    TRY(run(setting));
  }
  TRY_ASSIGN(auto before, schema_version());
  if (before == newest_schema) return {};
  return transaction([&]() -> Result<void> {
    const auto version = schema_version();  // another process may have been quicker
    if (!version) return std::unexpected(version.error());
    if (*version > newest_schema) {
      return fail(
          fmt::format("the store {} has schema {}, which is newer than this program's {}; "
                      "update oxbow",
                      connection_->file, *version, newest_schema));
    }
    for (auto at = static_cast<std::size_t>(*version); at < migrations.size(); ++at) {
      if (sqlite3_exec(connection_->handle.get(), migrations.at(at), nullptr, nullptr, nullptr) !=
          SQLITE_OK) {
        return std::unexpected(error("migrate"));
      }
    }
    const std::string set = fmt::format("PRAGMA user_version = {}", newest_schema);
    if (sqlite3_exec(connection_->handle.get(), set.c_str(), nullptr, nullptr, nullptr) !=
        SQLITE_OK) {
      return std::unexpected(error("migrate"));
    }
    return {};
  });
}

Result<void> Database::transaction(const std::function<Result<void>()>& work) {
  if (connection_->depth > 0) return work();
  TRY(run("BEGIN IMMEDIATE"));
  ++connection_->depth;
  auto done = work();
  --connection_->depth;
  if (done) {
    if (auto committed = run("COMMIT"); committed)
      return {};
    else
      done = std::unexpected(std::move(committed.error()));
  }
  // After some errors SQLite has rolled back by itself.
  if (sqlite3_get_autocommit(connection_->handle.get()) == 0) {
    TRY(run("ROLLBACK"));
  }
  return done;
}

Result<sqlite3_stmt*> Database::prepared(const char* sql, std::initializer_list<Value> values) {
  auto known = connection_->statements.find(std::string_view(sql));
  if (known == connection_->statements.end()) {
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v3(connection_->handle.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &made,
                           nullptr) != SQLITE_OK) {
      return std::unexpected(error(sql));
    }
    known = connection_->statements.try_emplace(sql, made).first;
  }
  const auto& statement = known->second;
  int at = 0;
  for (const Value& value : values) {
    ++at;
    int code = SQLITE_OK;
    if (const auto* const number = std::get_if<std::int64_t>(&value)) {
      code = sqlite3_bind_int64(statement.get(), at, *number);
    } else if (const auto* const real = std::get_if<double>(&value)) {
      code = sqlite3_bind_double(statement.get(), at, *real);
    } else if (const auto* const text = std::get_if<std::string_view>(&value)) {
      code = sqlite3_bind_text64(statement.get(), at, text->data() == nullptr ? "" : text->data(),
                                 text->size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    if (code != SQLITE_OK) return std::unexpected(error(sql));
  }
  return statement.get();
}

Result<std::size_t> Database::run(const char* sql, std::initializer_list<Value> values) {
  auto done = each(sql, values, [](Columns&) {});
  if (!done) return std::unexpected(std::move(done.error()));
  return static_cast<std::size_t>(sqlite3_changes64(connection_->handle.get()));
}

Result<void> Database::write(const char* sql, std::initializer_list<Value> values) {
  return each(sql, values, [](Columns&) {});
}

Result<void> Database::each(const char* sql, std::initializer_list<Value> values,
                            const std::function<void(Columns&)>& take) {
  TRY_ASSIGN(const auto statement, prepared(sql, values));
  const Use use(statement);
  while (true) {
    const int code = sqlite3_step(statement);
    if (code == SQLITE_DONE) return {};
    if (code != SQLITE_ROW) return std::unexpected(error(sql));
    Columns next(statement);
    take(next);
    if (next.error()) return std::unexpected(unreadable(sql, *next.error()));
  }
}

std::int64_t Database::data_version() {
  const auto version = one("PRAGMA data_version", {}, [](Columns& next) { return next.integer(); });
  return version && *version ? **version : -1;
}

std::int64_t Database::last_id() const {
  return sqlite3_last_insert_rowid(connection_->handle.get());
}

}  // namespace oxbow::store
