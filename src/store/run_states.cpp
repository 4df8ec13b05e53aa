#include "store/lines.h"
#include "store/names.h"
#include "store/runs.h"

// What becomes of a run.
namespace oxbow::store {

Result<void> Runs::set_analysing(RunId run, Time now) {
  return database_->write(
      "UPDATE runs SET state = 'analysing', started = coalesce(started, ?2) WHERE id = ?1",
      {number(run), to_number(now)});
}

Result<void> Runs::set_summary(RunId run, std::string_view summary) {
  return database_->write("UPDATE runs SET summary = ?2 WHERE id = ?1", {number(run), summary});
}

Result<void> Runs::set_analysis(RunId run, const Analysed& analysed, Time now) {
  const std::string lower = join_lines(analysed.lower);
  return database_->write(
      "UPDATE runs SET state = ?2, conclusion = ?3, summary = ?4, tested_base = ?5, lower = ?6,"
      " packages_rebuilt = ?7, layers = ?8, cached = ?9, analysed = ?10,"
      " finished = CASE ?2 WHEN 'completed' THEN ?10 END WHERE id = ?1",
      {number(run), name(analysed.state), name(analysed.conclusion), analysed.summary,
       analysed.tested_base, lower, number(analysed.packages_rebuilt), number(analysed.layers),
       number(analysed.cached), to_number(now)});
}

Result<void> Runs::set_hold(RunId run, Hold hold) {
  return database_->write("UPDATE runs SET hold = ?2 WHERE id = ?1", {number(run), name(hold)});
}

Result<void> Runs::set_building(RunId run, std::string_view cause) {
  return database_->write(
      "UPDATE runs SET state = 'building', hold = 'none', cause = ?2 WHERE id = ?1",
      {number(run), cause});
}

Result<void> Runs::end(RunId run, RunState state, verdict::Conclusion conclusion,
                       std::string_view summary, Time now) {
  return database_->write(
      "UPDATE runs SET state = ?2, conclusion = ?3, summary = ?4, finished = ?5 WHERE id = ?1",
      {number(run), name(state), name(conclusion), summary, to_number(now)});
}

Result<void> Runs::end_as_told(RunId run, Time now) {
  return database_->write("UPDATE runs SET state = 'completed', finished = ?2 WHERE id = ?1",
                          {number(run), to_number(now)});
}

Result<void> Runs::restart(RunId run, RunScope scope, std::string_view cause) {
  return database_->write(
      "UPDATE runs SET state = 'queued', scope = ?2, cause = ?3, conclusion = '', summary = '',"
      " tested_base = '', lower = '', started = NULL, analysed = NULL, finished = NULL"
      " WHERE id = ?1",
      {number(run), name(scope), cause});
}

}  // namespace oxbow::store
