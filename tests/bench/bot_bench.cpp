// Times the bot: deliveries, analyses and pages.
//
// oxbow_bot_bench PROGRAMS OXCAML BASE..HEAD OPAM COMPILER: PROGRAMS is the folder of the programs,
// OXCAML and OPAM are bare repositories.
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "store/deliveries.h"
#include "store/run_results.h"
#include "store/runs.h"
#include "tests/free_port.h"
#include "tests/webhook/raw_client.h"
#include "web/site.h"

namespace oxbow {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using webhook::RawClient;

const int webhook_port = tests::free_port();
const int pages_port = tests::free_port();
constexpr int deliveries_a_second = 200;
constexpr int seconds_of_deliveries = 30;

[[noreturn]] void give_up(const std::string& message) {
  fmt::print(stderr, "oxbow_bot_bench: {}\n", message);
  std::exit(2);
}

template <typename T>
T value_of(Result<T> result) {
  if (!result) give_up(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

double since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

// One durable insert into a store of its own by SQLite alone, in milliseconds: what the rows are
// divided by, so that machines of different speed can be compared.
double insert_time(const fs::path& file) {
  auto database = value_of(store::Database::open(file, store::Database::Access::read_write));
  value_of(database.write("CREATE TABLE bench (text TEXT)"));
  const std::string text(20'000, 'x');
  std::vector<double> times;
  for (int i = 0; i < 200; ++i) {
    const auto begin = Clock::now();
    value_of(database.write("INSERT INTO bench VALUES (?1)", {std::string_view(text)}));
    times.push_back(since(begin));
  }
  std::ranges::sort(times);
  return times[times.size() / 2];
}

double durable_insert = 0;

// A row of the table, in milliseconds; whether it was as required.
bool row(std::string_view what, double time, double required, std::optional<double> aim) {
  const bool kept = time <= required;
  fmt::print("| {} | {:.1f} ms | {:.1f} | ≤ {:.0f} ms | {} | {} |\n", what, time,
             time / durable_insert, required, aim ? fmt::format("≤ {:.0f} ms", *aim) : "",
             !kept                 ? "MISSED"
             : aim && time <= *aim ? "aim"
                                   : "ok");
  return kept;
}

class Program {
 public:
  explicit Program(std::vector<std::string> words) {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    process_ = ::fork();
    if (process_ == 0) {
      ::setenv("OXBOW_WEBHOOK_SECRET", "secret", 1);
      if (::freopen("/dev/null", "w", stderr) == nullptr) ::_exit(127);
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
  }

 private:
  pid_t process_;
};

int post(std::string_view event, const std::string& guid, const std::string& body) {
  RawClient client(webhook_port);
  std::string request = webhook::signed_delivery("secret", guid, body);
  const std::size_t at = request.find("ping");
  client.send(request.replace(at, 4, event));
  return client.status();
}

// As fast as they should come, whether the answers keep up or not.
bool delivery_row() {
  constexpr int all = deliveries_a_second * seconds_of_deliveries;
  constexpr int senders = 16;
  std::vector<double> times(all);
  std::vector<int> statuses(all);
  const std::string body = "{\"zen\":\"" + std::string(20'000, 'x') + "\"}";
  const auto begin = Clock::now();
  std::vector<std::thread> threads;
  for (int sender = 0; sender < senders; ++sender) {
    threads.emplace_back([&, sender] {
      for (int i = sender; i < all; i += senders) {
        const auto due = begin + std::chrono::microseconds(1'000'000 / deliveries_a_second) * i;
        std::this_thread::sleep_until(due);
        const auto at = static_cast<std::size_t>(i);
        statuses[at] = post("ping", "bench-" + std::to_string(i), body);
        times[at] = since(due);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto lost = std::ranges::count_if(statuses, [](int status) { return status != 202; });
  std::ranges::sort(times);
  const double p99 = times[all * 99 / 100];
  const bool kept =
      row(fmt::format("delivery to 202, durable, p99 at {} a second for {} s, {} lost",
                      deliveries_a_second, seconds_of_deliveries, lost),
          p99, 50, std::nullopt);
  return kept && lost == 0;
}

std::string pull_request(int number, const std::string& head) {
  return fmt::format(
      R"({{"action":"opened","pull_request":{{"number":{},"title":"t","user":{{"login":"friend"}},)"
      R"("head":{{"sha":"{}"}},"base":{{"ref":"main"}},"draft":false,"state":"open",)"
      R"("updated_at":"2026-01-01T00:00:00Z"}},"repository":{{"full_name":"o/overlay"}},)"
      R"("sender":{{"login":"friend","type":"User"}}}})",
      number, head);
}

// From the POST until the check is told (to nobody: a dry run).
double analysis_time(store::Database& database, int number, const std::string& head) {
  store::Runs runs(database);
  store::Publications publications(database);
  const auto begin = Clock::now();
  if (post("pull_request", "pull-" + std::to_string(number), pull_request(number, head)) != 202) {
    give_up("the listener refused a pull request");
  }
  while (since(begin) < 120'000) {
    const auto run = value_of(runs.newest_of_pull("o/overlay", number));
    if (run) {
      for (const store::Publication& one : value_of(publications.of_run(run->id))) {
        const bool is_told = one.kind == store::PublicationKind::check && !one.told.empty() &&
                             one.told.find("\"completed\"") != std::string::npos;
        if (is_told) return since(begin);
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  give_up("an analysis did not end within two minutes");
}

std::string git(const fs::path& repository, const std::string& words) {
  const std::string command = "git -C '" + repository.string() + "' " + words;
  FILE* const output = ::popen(command.c_str(), "r");
  std::string text;
  for (int c = 0; output != nullptr && (c = std::fgetc(output)) != EOF;) {
    if (c != '\n') text += static_cast<char>(c);
  }
  if (output == nullptr || ::pclose(output) != 0) give_up("git " + words + " failed");
  return text;
}

// A commit on `parent` with one more file at the top.
std::string with_a_file(const fs::path& overlay, const std::string& parent, int content) {
  const std::string commit = "-c user.name=b -c user.email=b@example.org commit-tree -m x -p ";
  const std::string at = "git -C '" + overlay.string() + "' ";
  const std::string blob =
      git(overlay, fmt::format("hash-object -w --stdin <<END\n{}\nEND\n", content));
  return git(overlay, commit + parent + " $( (" + at + "ls-tree " + parent +
                          "; printf '100644 blob " + blob + "\\tNEW\\n') | " + at + "mktree)");
}

// The base, and changes to it that differ from each other: what came after the pull request.
bool analysis_rows(store::Database& database, const fs::path& overlay, const std::string& base,
                   const std::string& head) {
  std::vector<std::string> heads;
  for (int i = 0; i < 5; ++i) {
    heads.push_back(git(overlay, fmt::format("rev-parse refs/heads/main~{}", i)));
  }
  git(overlay, "update-ref refs/heads/main " + base);
  analysis_time(database, 1, head);  // warms the worker
  std::vector<double> times;
  std::vector<double> untouched;
  for (int i = 0; i < 5; ++i) {
    times.push_back(analysis_time(database, 10 + i, heads[static_cast<std::size_t>(i)]));
    untouched.push_back(analysis_time(database, 20 + i, with_a_file(overlay, base, i)));
  }
  std::ranges::sort(times);
  std::ranges::sort(untouched);
  const bool analysis =
      row("pull_request delivery to its analysis told, warm worker", times[2], 5000, 1000);
  return row("the same of one that touches no package", untouched[2], 1000, std::nullopt) &&
         analysis;
}

store::RunId fill(store::Database& database) {
  store::Runs runs(database);
  store::RunId last{};
  value_of(database.transaction([&]() -> Result<void> {
    for (int i = 0; i < 100'000; ++i) {
      store::RunSubject subject;
      subject.repository = "o/overlay";
      subject.pull = i + 1;
      subject.head = fmt::format("{:040x}", i);
      subject.title = "A pull request";
      last = value_of(runs.begin(subject, store::RunScope::everything, store::Hold::none, {}, "x",
                                 to_time(i)))
                 .run;
    }
    return {};
  }));
  std::vector<store::RunLayer> layers(3000);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    layers[i].position = i;
    layers[i].package = fmt::format("package{}.1.0", i);
    layers[i].key = fmt::format("{:064x}", i);
    layers[i].reason = "because of dune.3.20.2+ox";
  }
  value_of(store::RunResults(database).set_plan(
      last,
      std::vector{
          store::RunTarget{*opam::parse_target("ocaml-variants.5.2.0+ox on debian-12-x86_64"),
                           3000,
                           3000,
                           0,
                           0,
                           {}}},
      layers));
  return last;
}

bool page_rows(const fs::path& folder) {
  const fs::path file = folder / "pages.sqlite";
  using Access = store::Database::Access;
  store::RunId last{};
  {
    store::Database database = value_of(store::Database::open(file, Access::read_write));
    last = fill(database);
  }
  const fs::path log = folder / "cache" / "debian-12-x86_64" / fmt::format("{:064x}", 7);
  fs::create_directories(log);
  std::ofstream(log / "build.log") << std::string(200'000, 'x') << "\n";
  const std::string run = "/runs/" + std::to_string(std::to_underlying(last));
  double worst = 0;
  std::string slowest;
  for (const std::string& path :
       {std::string("/"), run, run + "/layers", run + "/log/0/" + fmt::format("{:064x}", 7)}) {
    std::vector<double> times;
    for (int i = 0; i < 5; ++i) {
      // Anew each time, so that nothing was kept.
      web::Site site(value_of(store::Database::open(file, Access::read_only)),
                     {folder / "cache", "https://github.com", false});
      site.answer({"GET", "/healthz", {}, ""}, to_time(0));
      const auto begin = Clock::now();
      const auto response =
          site.answer({"GET", path,
                       path == "/" ? std::map<std::string, std::string>{{"before", "50000"}}
                                   : std::map<std::string, std::string>{},
                       ""},
                      to_time(0));
      if (response.status != 200) give_up(path + " was not answered");
      times.push_back(since(begin));
    }
    std::ranges::sort(times);
    if (times[2] > worst) {
      worst = times[2];
      slowest = path;
    }
  }
  return row("the slowest page (" + slowest.substr(0, 24) + "), 100,000 runs stored", worst, 20,
             std::nullopt);
}

int run(const std::vector<std::string>& words) {
  const fs::path programs = words[0];
  const std::size_t dots = words[2].find("..");
  std::string name = (fs::temp_directory_path() / "oxbow-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr || dots == std::string::npos)
    give_up("no folder, or no change");
  const fs::path folder = name;
  const fs::path configuration = folder / "oxbow.toml";
  std::ofstream(configuration) << fmt::format(
      "version = 1\n[store]\nfile = \"{0}/s.sqlite\"\n[webhook]\nlisten = \"127.0.0.1:{1}\"\n"
      "[pages]\nlisten = \"127.0.0.1:{2}\"\n[github]\ndry_run = true\n[worker]\nbuild = false\n"
      "mirrors = \"{0}/m\"\n[[repository]]\nname = \"o/overlay\"\nplace = \"{3}\"\n"
      "branches = [\"main\"]\ntrusted = [\"friend\"]\n[[repository.below]]\nplace = \"{4}\"\n"
      "revision = \"HEAD\"\n[[repository.target]]\ncompiler = \"{5}\"\n",
      folder.string(), webhook_port, pages_port, words[1], words[3], words[4]);
  durable_insert = insert_time(folder / "insert.sqlite");
  fmt::print(
      "\n| what | time | ÷ a durable insert ({:.2f} ms) | required | aim | |\n"
      "|---|---|---|---|---|---|\n",
      durable_insert);
  bool kept = true;
  {
    const Program listener(
        {(programs / "oxbow-webhook").string(), "--config", configuration.string()});
    const Program worker(
        {(programs / "oxbow").string(), "worker", "--config", configuration.string()});
    std::this_thread::sleep_for(std::chrono::seconds(1));
    kept = delivery_row();
    store::Database database =
        value_of(store::Database::open(folder / "s.sqlite", store::Database::Access::read_write));
    while (value_of(store::Deliveries(database).waits_since())) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    kept = analysis_rows(database, words[1], words[2].substr(0, dots), words[2].substr(dots + 2)) &&
           kept;
  }
  kept = page_rows(folder) && kept;
  fs::remove_all(folder);
  return kept ? 0 : 1;
}

}  // namespace
}  // namespace oxbow

int main(int count, char** words) {
  if (count != 6) {
    fmt::print(stderr, "usage: oxbow_bot_bench PROGRAMS OXCAML BASE..HEAD OPAM COMPILER\n");
    return 2;
  }
  return oxbow::run({words + 1, words + count});
}
