#include "tests/exact/reference_data.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <utility>

extern char** environ;

namespace oxbow::exact {
namespace {

[[noreturn]] void give_up(const std::string& message) {
  std::cerr << "exact: " << message << "\n";
  std::exit(2);
}

// What `xz -dc` writes for a file.
class Decompression {
 public:
  explicit Decompression(const std::string& path) : path_(path) {
    int ends[2] = {-1, -1};
    if (pipe(ends) != 0) give_up("no pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    std::string program = "xz";
    std::string options = "-dc";
    std::string separator = "--";
    std::string file = path;
    char* arguments[] = {program.data(), options.data(), separator.data(), file.data(), nullptr};
    const int error = posix_spawnp(&child_, "xz", &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (error != 0) give_up("cannot start xz");
    output_ = fdopen(ends[0], "r");
  }

  Decompression(const Decompression&) = delete;
  Decompression& operator=(const Decompression&) = delete;

  ~Decompression() {
    std::fclose(output_);
    int status = 0;
    const bool good = waitpid(child_, &status, 0) == child_ && status == 0;
    if (!good) give_up("xz cannot decompress " + path_);
  }

  std::FILE* output() const { return output_; }

 private:
  std::string path_;
  pid_t child_ = -1;
  std::FILE* output_ = nullptr;
};

void each_line_of(std::FILE* file, const std::function<void(std::string_view)>& line) {
  char* buffer = nullptr;
  std::size_t capacity = 0;
  for (ssize_t length = 0; (length = getline(&buffer, &capacity, file)) >= 0;) {
    std::string_view text(buffer, static_cast<std::size_t>(length));
    if (text.ends_with('\n')) text.remove_suffix(1);
    line(text);
  }
  std::free(buffer);
}

}  // namespace

std::string data_path(std::string_view name) {
  const char* const data = std::getenv("OXBOW_DATA");
  if (data == nullptr) give_up("OXBOW_DATA is not set");
  return std::string(data) + "/" + std::string(name);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) give_up("cannot read " + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void each_line(const std::string& path, const std::function<void(std::string_view)>& line) {
  if (path.ends_with(".xz")) {
    const Decompression decompression(path);
    each_line_of(decompression.output(), line);
    return;
  }
  std::FILE* const file = std::fopen(path.c_str(), "r");
  if (file == nullptr) give_up("cannot read " + path);
  each_line_of(file, line);
  std::fclose(file);
}

void each_row(const std::string& path,
              const std::function<void(const std::vector<std::string_view>&)>& row) {
  std::vector<std::string_view> columns;
  each_line(path, [&](std::string_view line) {
    columns.clear();
    while (true) {
      const std::size_t tab = line.find('\t');
      columns.push_back(line.substr(0, tab));
      if (tab == std::string_view::npos) break;
      line.remove_prefix(tab + 1);
    }
    row(columns);
  });
}

void Differences::add(std::string difference) {
  constexpr std::size_t shown = 10;
  if (++count_ <= shown) first_.push_back(std::move(difference));
}

std::string Differences::to_string() const {
  std::string text = std::to_string(count_) + " differences";
  for (const std::string& difference : first_) text += "\n  " + difference;
  return text;
}

}  // namespace oxbow::exact
