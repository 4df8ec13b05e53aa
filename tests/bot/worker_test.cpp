#include "bot/worker.h"

#include <catch2/catch.hpp>

#include <mutex>

#include "store/deliveries.h"
#include "tests/bot/scratch_store.h"
#include "tests/fakes/fake_github.h"

using namespace oxbow;
using namespace oxbow::bot;
using namespace std::chrono_literals;
using store::value;

TEST_CASE("GitHub is asked again for the deliveries that are not known, and for no others") {
  ScratchStore scratch;
  const store::Delivery known{"known", "ping", "{}", store::at(1)};
  value(store::Deliveries(scratch.database).add({&known, 1}));
  Ending ending;
  std::mutex mutex;
  std::vector<std::string> asked_for;
  WorkerNeeds needs;
  needs.store = scratch.folder / "store";
  needs.settings.policy.build = false;
  needs.settings.between_writes = 0ms;
  needs.make_client = [&] {
    auto client = std::make_unique<github::FakeGithub>();
    client->not_arrived = {{"1", "known"}, {"2", "missed"}};
    client->on_redeliver = [&](std::string_view delivery) {
      const std::lock_guard lock(mutex);
      asked_for.emplace_back(delivery);
      ending.request();
    };
    return client;
  };
  needs.log = [](WorkerNeeds::Level, std::string_view) {};
  value(work(needs, ending));
  CHECK(asked_for == std::vector<std::string>{"2"});
}
