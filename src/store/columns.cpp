#include "store/columns.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>

#include "base/untrusted.h"

namespace oxbow::store {
namespace {

constexpr int naming_columns = 3;  // no table's key has more
constexpr std::size_t told_bytes = 100;

std::string text_at(sqlite3_stmt* statement, int column) {
  const void* const bytes = sqlite3_column_blob(statement, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
  return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
}

std::string told(std::string_view text) { return shortened(printable(text), told_bytes); }

}  // namespace

std::int64_t Columns::integer() { return sqlite3_column_int64(statement_, at_++); }

std::size_t Columns::count() {
  return static_cast<std::size_t>(std::max<std::int64_t>(0, integer()));
}

double Columns::real() { return sqlite3_column_double(statement_, at_++); }

std::string Columns::text() { return text_at(statement_, at_++); }

std::optional<Time> Columns::optional_time() {
  if (skip_null()) return std::nullopt;
  return time();
}

bool Columns::skip_null() {
  const bool is_null = sqlite3_column_type(statement_, at_) == SQLITE_NULL;
  if (is_null) ++at_;
  return is_null;
}

void Columns::refuse(std::string_view text) {
  if (error_) return;
  const int column = at_ - 1;
  std::string row;
  for (int i = 0; i < std::min(column, naming_columns); ++i) {
    row += fmt::format("{}{} = {}", row.empty() ? "" : " and ", sqlite3_column_name(statement_, i),
                       told(text_at(statement_, i)));
  }
  error_ = fmt::format("{}{}{} is '{}'", row, row.empty() ? "" : ", ",
                       sqlite3_column_name(statement_, column), told(text));
}

}  // namespace oxbow::store
