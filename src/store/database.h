#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/error.h"
#include "store/columns.h"

struct sqlite3_stmt;

namespace oxbow::store {

/// What a statement's ?1, ?2, … stand for. Texts may hold anything, also zeros.
using Value = std::variant<std::monostate, std::int64_t, double, std::string_view>;

/// A count or an id as the store has it.
constexpr std::int64_t number(std::size_t count) { return static_cast<std::int64_t>(count); }

template <typename Id>
  requires std::is_enum_v<Id>
constexpr std::int64_t number(Id id) {
  return static_cast<std::int64_t>(id);
}

/// Database is a connection to the store, an SQLite file in WAL mode; what it holds is described in
/// schema.h. What was written is on the disk when a call returns. For one thread; several processes
/// and threads may each have one, and wait for each other for up to ten seconds.
class Database {
 public:
  enum class Access : std::uint8_t { read_write, read_only };

  /// Opens the file. To be written it is made, readable for its owner and group alone, and brought
  /// to the newest schema. Errors: a file that cannot be opened or is not a database, a schema that
  /// is newer than this program; to be read only, also one that is older.
  static Result<Database> open(const std::filesystem::path& file, Access access);

  /// A new one that is gone with this object.
  static Result<Database> in_memory();

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  /// Does all of `work` or, if it returns an error, nothing. Inside another transaction it is a
  /// part of that one.
  Result<void> transaction(const std::function<Result<void>()>& work);

  /// Runs a statement and returns how many rows it changed. Each text is prepared once. This and
  /// what follows is for this folder.
  Result<std::size_t> run(const char* sql, std::initializer_list<Value> values = {});

  /// The same for who need not know how many.
  Result<void> write(const char* sql, std::initializer_list<Value> values = {});

  /// Runs a query and hands over each row. A column that cannot be read is an error that names it.
  Result<void> each(const char* sql, std::initializer_list<Value> values,
                    const std::function<void(Columns&)>& take);

  /// The rows, each as `read` makes it.
  template <typename Read>
  auto all(const char* sql, std::initializer_list<Value> values, const Read& read)
      -> Result<std::vector<decltype(read(std::declval<Columns&>()))>> {
    std::vector<decltype(read(std::declval<Columns&>()))> rows;
    auto done = each(sql, values, [&](Columns& next) { rows.push_back(read(next)); });
    if (!done) return std::unexpected(std::move(done.error()));
    return rows;
  }

  /// The first row, if there is one.
  template <typename Read>
  auto one(const char* sql, std::initializer_list<Value> values, const Read& read)
      -> Result<std::optional<decltype(read(std::declval<Columns&>()))>> {
    std::optional<decltype(read(std::declval<Columns&>()))> first;
    auto done = each(sql, values, [&](Columns& next) {
      if (!first) first = read(next);
    });
    if (!done) return std::unexpected(std::move(done.error()));
    return first;
  }

  /// Changes whenever another connection has changed the store.
  std::int64_t data_version();

  /// Of the row that was inserted last.
  std::int64_t last_id() const;

 private:
  struct Connection;
  explicit Database(std::unique_ptr<Connection> connection);
  static Result<Database> connect(const std::string& file, int flags);
  Result<std::int64_t> schema_version();
  Result<void> migrate();
  Result<sqlite3_stmt*> prepared(const char* sql, std::initializer_list<Value> values);
  Error error(const char* sql) const;
  Error unreadable(std::string_view sql, std::string_view column) const;

  std::unique_ptr<Connection> connection_;
};

}  // namespace oxbow::store
