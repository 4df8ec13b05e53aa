#pragma once

#include <array>
#include <cstdint>

/// The store's tables. Times are Unix milliseconds; names of states are those of names.cpp; shas
/// are in hexadecimal. A schema that was published is never edited: a migration is added.
///
///   deliveries     one webhook POST; a GUID once. `arrival` is the order.
///   pulls          a pull request as the last event left it
///   runs           one test of one head; packages and lower are texts of lines
///   run_targets, run_layers, run_roots, run_documents      what a run found
///   jobs           what is to be done for a run, and who has leased it until when
///   publications   what GitHub is to show (wanted) and what it was told; see publications.h
///   pace           one row: when the next write to GitHub may be
namespace oxbow::store {

inline constexpr std::array migrations = {
    R"sql(
CREATE TABLE deliveries (
  arrival INTEGER PRIMARY KEY AUTOINCREMENT,
  guid TEXT NOT NULL UNIQUE,
  event TEXT NOT NULL,
  payload TEXT NOT NULL,
  received INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting',
  note TEXT NOT NULL DEFAULT ''
);
CREATE INDEX deliveries_by_state ON deliveries (state, arrival);

CREATE TABLE pulls (
  repository TEXT NOT NULL,
  number INTEGER NOT NULL,
  installation INTEGER NOT NULL,
  title TEXT NOT NULL,
  author TEXT NOT NULL,
  head TEXT NOT NULL,
  base_branch TEXT NOT NULL,
  draft INTEGER NOT NULL,
  open INTEGER NOT NULL,
  approved_head TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (repository, number)
) WITHOUT ROWID;

CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  repository TEXT NOT NULL,
  kind TEXT NOT NULL,
  installation INTEGER NOT NULL,
  pull INTEGER NOT NULL,
  title TEXT NOT NULL,
  author TEXT NOT NULL,
  head TEXT NOT NULL,
  base TEXT NOT NULL,
  base_branch TEXT NOT NULL,
  state TEXT NOT NULL,
  scope TEXT NOT NULL,
  hold TEXT NOT NULL,
  packages TEXT NOT NULL,
  cause TEXT NOT NULL,
  conclusion TEXT NOT NULL DEFAULT '',
  summary TEXT NOT NULL DEFAULT '',
  tested_base TEXT NOT NULL DEFAULT '',
  lower TEXT NOT NULL DEFAULT '',
  packages_rebuilt INTEGER NOT NULL DEFAULT 0,
  layers INTEGER NOT NULL DEFAULT 0,
  cached INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL,
  started INTEGER,
  analysed INTEGER,
  finished INTEGER
);
CREATE UNIQUE INDEX runs_open ON runs (repository, kind, pull, head)
  WHERE state NOT IN ('completed', 'cancelled');
CREATE INDEX runs_by_pull ON runs (repository, pull, id);
CREATE INDEX runs_by_head ON runs (repository, head, id);
CREATE INDEX runs_by_state ON runs (state);

CREATE TABLE run_targets (
  run INTEGER NOT NULL REFERENCES runs,
  position INTEGER NOT NULL,
  compiler TEXT NOT NULL,
  platform TEXT NOT NULL,
  packages INTEGER NOT NULL,
  layers INTEGER NOT NULL,
  cached INTEGER NOT NULL,
  estimated_seconds REAL NOT NULL,
  conclusion TEXT NOT NULL,
  PRIMARY KEY (run, position)
) WITHOUT ROWID;

CREATE TABLE run_layers (
  run INTEGER NOT NULL REFERENCES runs,
  target INTEGER NOT NULL,
  position INTEGER NOT NULL,
  package TEXT NOT NULL,
  key TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  outcome TEXT NOT NULL,
  cached INTEGER NOT NULL,
  seconds REAL NOT NULL,
  error_line TEXT NOT NULL,
  PRIMARY KEY (run, target, position)
) WITHOUT ROWID;
CREATE INDEX run_layers_by_key ON run_layers (run, target, key);

CREATE TABLE run_roots (
  run INTEGER NOT NULL REFERENCES runs,
  target INTEGER NOT NULL,
  package TEXT NOT NULL,
  base TEXT NOT NULL,
  head TEXT NOT NULL,
  verdict TEXT NOT NULL,
  failed_key TEXT NOT NULL,
  PRIMARY KEY (run, target, package)
) WITHOUT ROWID;

CREATE TABLE run_documents (
  run INTEGER NOT NULL REFERENCES runs,
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (run, name)
);

CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL REFERENCES runs,
  kind TEXT NOT NULL,
  priority INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  owner TEXT NOT NULL DEFAULT '',
  leased_until INTEGER NOT NULL DEFAULT 0,
  UNIQUE (run, kind)
);

CREATE TABLE publications (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  repository TEXT NOT NULL,
  installation INTEGER NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  name TEXT NOT NULL,
  run INTEGER REFERENCES runs,
  wanted TEXT NOT NULL,
  told TEXT NOT NULL DEFAULT '',
  remote_id TEXT NOT NULL DEFAULT '',
  attempted INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  failure TEXT NOT NULL DEFAULT '',
  due INTEGER NOT NULL,
  given_up INTEGER NOT NULL DEFAULT 0,
  not_before INTEGER NOT NULL,
  told_at INTEGER,
  UNIQUE (repository, kind, subject, name)
);
CREATE INDEX publications_due ON publications (not_before, id) WHERE due = 1;
CREATE INDEX publications_given_up ON publications (id) WHERE given_up = 1;
CREATE INDEX publications_by_run ON publications (run, id);
CREATE INDEX publications_by_remote ON publications (repository, kind, remote_id);

CREATE TABLE package_status (
  repository TEXT NOT NULL,
  commit_id TEXT NOT NULL,
  target TEXT NOT NULL,
  package TEXT NOT NULL,
  outcome TEXT NOT NULL,
  PRIMARY KEY (repository, commit_id, target, package)
) WITHOUT ROWID;

CREATE TABLE pace (one INTEGER PRIMARY KEY CHECK (one = 1), next INTEGER NOT NULL);
INSERT INTO pace VALUES (1, 0);
)sql",
    // What a publication is of was one text, `subject`: a run's id, a pull request's number or a
    // comment's id, by kind; of a reply, the comment was its name. Whether a check is completed
    // stood in its JSON alone. Nothing read package_status.
    R"sql(
DROP TABLE package_status;

CREATE TABLE publications_2 (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  repository TEXT NOT NULL,
  installation INTEGER NOT NULL,
  kind TEXT NOT NULL,
  run INTEGER REFERENCES runs,
  pull INTEGER NOT NULL,
  comment TEXT NOT NULL,
  name TEXT NOT NULL,
  wanted TEXT NOT NULL,
  completed INTEGER NOT NULL,
  told TEXT NOT NULL DEFAULT '',
  remote_id TEXT NOT NULL DEFAULT '',
  attempted INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  failure TEXT NOT NULL DEFAULT '',
  due INTEGER NOT NULL,
  given_up INTEGER NOT NULL DEFAULT 0,
  not_before INTEGER NOT NULL,
  told_at INTEGER
);
INSERT INTO publications_2
  SELECT id, repository, installation, kind, run,
    CASE WHEN kind IN ('comment', 'label', 'reply') THEN CAST(subject AS INTEGER) ELSE 0 END,
    CASE kind WHEN 'reaction' THEN subject WHEN 'reply' THEN name ELSE '' END,
    CASE WHEN kind IN ('check', 'reaction') THEN name ELSE '' END,
    wanted, kind = 'check' AND instr(wanted, '"status":"completed"') > 0,
    told, remote_id, attempted, failures, failure, due, given_up, not_before, told_at
  FROM publications ORDER BY id;
DROP TABLE publications;
ALTER TABLE publications_2 RENAME TO publications;
CREATE UNIQUE INDEX publications_of_runs ON publications (run, name) WHERE kind = 'check';
CREATE UNIQUE INDEX publications_of_pulls ON publications (repository, kind, pull, comment, name)
  WHERE kind <> 'check';
CREATE INDEX publications_due ON publications (not_before, id) WHERE due = 1;
CREATE INDEX publications_given_up ON publications (id) WHERE given_up = 1;
CREATE INDEX publications_by_run ON publications (run, id);
CREATE INDEX publications_by_remote ON publications (repository, kind, remote_id);
)sql",
};

inline constexpr auto newest_schema = static_cast<std::int64_t>(migrations.size());

}  // namespace oxbow::store
