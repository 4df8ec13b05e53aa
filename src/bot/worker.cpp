#include "bot/worker.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/time.h"
#include "bot/analysis.h"
#include "bot/explain_answer.h"
#include "bot/held_job.h"
#include "bot/notices.h"
#include "bot/publisher.h"
#include "bot/reception.h"

namespace oxbow::bot {
namespace {

using Level = WorkerNeeds::Level;

constexpr std::chrono::milliseconds between_looks{50};
constexpr std::chrono::seconds after_trouble{5};
constexpr std::chrono::hours payloads_are_kept{24 * 90};
constexpr std::chrono::hours redelivered_for{72};

// When a process began, as the kernel counts it; empty if there is none.
std::string start_of(std::string_view process) {
  const auto stat = read_file(fmt::format("/proc/{}/stat", process));
  if (!stat) return "";
  // The name of the program, which may hold anything, ends at the last parenthesis.
  std::string_view rest = *stat;
  rest.remove_prefix(std::min(rest.rfind(')') + 1, rest.size()));
  for (int field = 3; field <= 22; ++field) {
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (field == 22) return std::string(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  return "";
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

// "HOST PID START": names a process for all time.
std::string own_name() {
  const std::string process = std::to_string(::getpid());
  return host_name() + " " + process + " " + start_of(process);
}

// Whether a process of this host has ended. Of other hosts that is not known: their leases end.
bool is_dead(std::string_view owner) {
  const std::string host = host_name() + " ";
  if (!owner.starts_with(host)) return false;
  owner.remove_prefix(host.size());
  const std::size_t space = std::min(owner.find(' '), owner.size());
  return start_of(owner.substr(0, space)) != owner.substr(std::min(space + 1, owner.size()));
}

// One thread's work.
class Loop {
 public:
  Loop(const WorkerNeeds& needs, const Ending& ending) : needs_(&needs), ending_(&ending) {}

  void log(Level level, std::string_view line) const { needs_->log(level, line); }

  Result<store::Database> open() const {
    return store::Database::open(needs_->store, store::Database::Access::read_write);
  }

  // Calls `next` until the program ends; it returns whether there may be more to do at once.
  template <typename Next>
  void run(const Next& next) const {
    while (!ending_->requested()) {
      const Result<bool> more = next();
      if (!more) {
        log(Level::warning, more.error().message);
        ending_->wait(after_trouble);
      } else if (!*more) {
        ending_->wait(between_looks);
      }
    }
  }

  const WorkerNeeds& needs() const { return *needs_; }
  const BotSettings& settings() const { return needs_->settings; }
  const Ending& ending() const { return *ending_; }

 private:
  const WorkerNeeds* needs_;
  const Ending* ending_;
};

// What a loop works with: repositories that are kept near, and states loaded from them.
struct Repositories {
  explicit Repositories(const BotSettings& settings)
      : mirrors(settings.mirrors, progress), loader(progress) {}

  job::NoProgress progress;
  job::Mirrors mirrors;
  job::StateLoader loader;
};

void receive(const Loop& loop, store::Database database) {
  const auto client = loop.needs().make_client();
  Repositories repositories(loop.settings());
  ExplainAnswer explain(loop.settings(), repositories.mirrors, repositories.loader);
  Reception reception(database, client.get(), loop.settings(), now, std::ref(explain),
                      [&](std::string_view line) { loop.log(Level::info, line); });
  loop.run([&] { return reception.work_on_next(); });
}

// Leases jobs of one kind and has each worked on.
template <typename Work>
void work_on_jobs(const Loop& loop, store::Database& database, store::JobKind kind,
                  const Work& work) {
  store::Jobs jobs(database);
  const std::string owner = own_name();
  loop.run([&]() -> Result<bool> {
    TRY_ASSIGN(auto job, jobs.lease(kind, owner, now(), loop.settings().lease));
    if (!job) return false;
    TRY_ASSIGN(auto connection, loop.open());
    HeldJob held(database, std::move(connection), *job, owner, loop.settings().lease, now);
    loop.log(Level::info, fmt::format("run {}: {}", std::to_underlying(job->run), name(kind)));
    TRY(work(held));
    loop.log(Level::info, fmt::format("run {}: {} ended{}", std::to_underlying(job->run),
                                      name(kind), held.is_lost() ? ", it was cancelled" : ""));
    return true;
  });
}

void analyse(const Loop& loop, store::Database database) {
  Repositories repositories(loop.settings());
  RunAnalysis analysis(database, loop.settings(), repositories.mirrors, repositories.loader, now);
  work_on_jobs(loop, database, store::JobKind::analyse,
               [&](HeldJob& held) { return analysis.work_on(held); });
}

void build(const Loop& loop, store::Database database) {
  Repositories repositories(loop.settings());
  RunBuild builds(database, loop.settings(), repositories.mirrors, repositories.loader, now,
                  loop.needs().run_graph);
  work_on_jobs(loop, database, store::JobKind::build, [&](HeldJob& held) {
    return builds.work_on(held, [&] { return loop.ending().requested(); });
  });
}

bool wait_until(const Ending& ending, Time time) {
  const Time begin = now();
  return time <= begin ? !ending.requested() : ending.wait(time - begin);
}

// Has GitHub deliver again what did not arrive while nobody listened. It does not do so by itself.
void ask_for_missed(const Loop& loop, store::Database& database, github::Client& client) {
  const auto missed = client.failed_deliveries(time_text(now() - redelivered_for));
  if (!missed) {
    return loop.log(Level::warning, "missed deliveries are not known: " + missed.error().message);
  }
  store::Deliveries deliveries(database);
  store::Publications publications(database);
  for (const github::FailedDelivery& delivery : *missed) {
    const auto known = deliveries.find(delivery.guid);
    if (!known || *known) continue;
    const auto turn = publications.take_turn(now(), loop.settings().between_writes);
    if (!turn || !wait_until(loop.ending(), *turn)) return;
    loop.log(Level::info, "asked for " + delivery.guid + " again");
    if (const auto asked = client.redeliver(delivery.id); !asked) {
      loop.log(Level::warning, "it was refused: " + asked.error().message);
    }
  }
}

void publish(const Loop& loop, store::Database database) {
  const auto client = loop.needs().make_client();
  github::Client* const writer = loop.needs().writes ? client.get() : nullptr;
  if (writer != nullptr) ask_for_missed(loop, database, *writer);
  Publisher publisher(
      database, writer, loop.settings(), now,
      [&](Time time) { return wait_until(loop.ending(), time); },
      [&](std::string_view line) { loop.log(Level::info, line); });
  loop.run([&] { return publisher.publish_next(); });
}

}  // namespace

Result<void> work(const WorkerNeeds& needs, const Ending& ending) {
  const Loop loop(needs, ending);
  std::vector<void (*)(const Loop&, store::Database)> all = {receive, analyse, publish};
  if (needs.settings.policy.build) all.push_back(build);
  std::vector<store::Database> connections;
  for (std::size_t i = 0; i < all.size(); ++i) {
    TRY_ASSIGN(auto connection, loop.open());
    connections.push_back(std::move(connection));
  }
  TRY_ASSIGN(const auto given_back, store::Jobs(connections.front()).give_back_of(is_dead));
  if (given_back > 0) {
    loop.log(Level::info, fmt::format("{} jobs of a worker that died go on", given_back));
  }
  TRY(store::Deliveries(connections.front()).forget_payloads(now() - payloads_are_kept));
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < all.size(); ++i) {
    threads.emplace_back([&loop, part = all[i], connection = std::move(connections[i])]() mutable {
      part(loop, std::move(connection));
    });
  }
  return {};
}

}  // namespace oxbow::bot
