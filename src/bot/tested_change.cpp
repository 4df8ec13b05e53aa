#include "bot/tested_change.h"

#include <fmt/format.h>

#include <utility>

#include "opam/version.h"

namespace oxbow::bot {
namespace {

std::vector<std::string> refspecs_of(const store::Run& run) {
  std::vector<std::string> refspecs = {"+refs/heads/*:refs/heads/*"};
  if (run.subject.pull != 0) {
    refspecs.push_back(fmt::format("+refs/pull/{0}/head:refs/pull/{0}/head", run.subject.pull));
  }
  return refspecs;
}

// The state before and the state after, or why there is none.
Result<std::variant<job::RepositoryChange, Untestable>> states_of(
    const store::Run& run, const TestedRepository& repository,
    const std::shared_ptr<repo::GitRepository>& git) {
  using Kind = Untestable::Kind;
  const auto head = git->resolve(run.subject.head);
  if (!head) {
    return Untestable{Kind::vanished, "the head " + run.subject.head.substr(0, 10) +
                                          " is no longer in the repository"};
  }
  std::string base_name = run.tested_base;
  if (base_name.empty()) base_name = run.subject.base;
  if (base_name.empty()) base_name = "refs/heads/" + run.subject.base_branch;
  const auto base = git->resolve(base_name);
  if (!base) return Untestable{Kind::vanished, "the base " + base_name + " is not there"};
  if (run.subject.kind != store::RunKind::pull_request) {
    auto before = job::state_at(git, *base, repository.name);
    auto after = job::state_at(git, *head, repository.name);
    for (const auto* const state : {&before, &after}) {
      if (!*state) return Untestable{Kind::no_repository, state->error().message};
    }
    return job::RepositoryChange{std::move(*before), std::move(*after)};
  }
  auto change = job::merge_change(git, *base, *head, repository.name);
  if (!change) return Untestable{Kind::no_repository, change.error().message};
  if (const auto* const conflicts = std::get_if<repo::Conflicts>(&*change)) {
    return Untestable{Kind::conflict, job::conflict_text(*base, *head, *conflicts)};
  }
  return std::get<job::RepositoryChange>(std::move(*change));
}

std::optional<opam::PackageId> find_package(const job::State& head, const std::string& wanted) {
  std::optional<opam::PackageId> found;
  for (const opam::Package& package : head.stack().packages) {
    if (package.id.to_string() == wanted) return package.id;
    if (package.id.name != wanted) continue;
    if (!found || opam::compare_versions(found->version, package.id.version) < 0) {
      found = package.id;
    }
  }
  return found;
}

}  // namespace

Result<ChangeUnderTest> open_change(const store::Run& run, const BotSettings& settings,
                                    job::Mirrors& mirrors) {
  const TestedRepository* const found = settings.policy.find(run.subject.repository);
  if (found == nullptr) return fail(run.subject.repository + " is not configured any more");
  const TestedRepository& repository = *found;
  TRY_ASSIGN(const auto git,
             mirrors.open(repository.place, refspecs_of(run), std::chrono::seconds(0)));
  TRY_ASSIGN(auto states, states_of(run, repository, git));
  if (auto* const untestable = std::get_if<Untestable>(&states)) return std::move(*untestable);

  job::PlanRequest request;
  request.place = repository.name;
  request.change = std::get<job::RepositoryChange>(std::move(states));
  request.targets = repository.targets;
  if (!settings.cache.empty()) request.cache = settings.cache;
  for (std::size_t i = 0; i < repository.below.size(); ++i) {
    const job::RepositorySpec& below = repository.below[i];
    const std::string revision = below.revision.empty() ? "HEAD" : below.revision;
    TRY_ASSIGN(const auto lower, mirrors.open(below.place, {"+refs/heads/*:refs/heads/*"},
                                              settings.mirrors_stay_fresh));
    TRY_ASSIGN(const auto at, lower->resolve(i < run.lower.size() ? run.lower[i] : revision));
    TRY_ASSIGN(auto state, job::state_at(lower, at, below.place));
    request.lower.push_back(std::move(state));
    request.lower_places.push_back(below.place);
  }
  return request;
}

Result<job::Planned> plan_tested(const store::Run& run, job::PlanRequest& request,
                                 job::StateLoader& loader) {
  TRY_ASSIGN(auto change, job::load_change(request, loader));
  for (const std::string& wanted : run.packages) {
    if (auto found = find_package(*change.states.after, wanted)) {
      request.also.push_back(std::move(*found));
    }
  }
  return job::plan(request, std::move(change), loader);
}

}  // namespace oxbow::bot
