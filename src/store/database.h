#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "base/error.h"

namespace oxbow::store {

class Statement;

/// Database is a connection to the store, an SQLite file in WAL mode; what it holds is described in
/// schema.h. What was written is on the disk when a call returns (synchronous = FULL). For one
/// thread; several processes and threads may each have one, and wait for each other for up to ten
/// seconds.
class Database {
 public:
  enum class Access : std::uint8_t { read_write, read_only };

  /// Opens the file. To be written it is made, readable for its owner and group alone, and brought
  /// to the newest schema. Errors: a file that cannot be opened or is no database, a schema that is
  /// newer than this program; to be read only, also one that is older.
  static Result<Database> open(const std::filesystem::path& file, Access access);

  /// A new one that is gone with this object.
  static Result<Database> in_memory();

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  /// Does all of `work` or, if it returns an error, nothing. Inside another transaction it is a
  /// part of that one.
  Result<void> transaction(const std::function<Result<void>()>& work);

  /// A statement, prepared once for each text. Only for this folder.
  Statement prepare(const char* sql);

 private:
  struct Connection;
  explicit Database(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

}  // namespace oxbow::store
