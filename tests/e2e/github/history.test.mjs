// A month of a real repository's history through the whole bot, building switched off: every push as
// a push, every merge as the pull request that it was. Needs OXBOW_DATA.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { sign } from '@octokit/webhooks-methods';
import { Program, freePort, until } from './processes.mjs';

const data = process.env.OXBOW_DATA;
const programs = process.env.OXBOW_PROGRAMS ?? new URL('../../../build/release', import.meta.url).pathname;
const compiler = 'ocaml-variants.5.2.0+ox';
const month = 30 * 24 * 3600;

let folder;
let bot;
let listen;
let pages;
const git = (...words) => execFileSync('git', ['-C', `${folder}/oxcaml.git`, ...words], { encoding: 'utf8' }).trim();

before(async () => {
  assert.ok(data, 'OXBOW_DATA names no folder');
  folder = fs.mkdtempSync(`${os.tmpdir()}/oxbow-history-`);
  for (const name of ['oxcaml', 'opam']) execFileSync('git', ['clone', '-q', '--mirror', `${data}/${name}.bundle`, `${folder}/${name}.git`]);
  listen = await freePort();
  const port = await freePort();
  pages = `http://127.0.0.1:${port}`;
  fs.writeFileSync(`${folder}/oxbow.toml`, `version = 1
[store]
file = "${folder}/oxbow.sqlite"
[webhook]
listen = "127.0.0.1:${listen}"
[pages]
listen = "127.0.0.1:${port}"
url = "${pages}"
[github]
dry_run = true
[worker]
mirrors = "${folder}/mirrors"
build = false
[[repository]]
name = "oxcaml/opam-repository"
place = "${folder}/oxcaml.git"
branches = ["main"]
trusted = ["friend"]
  [[repository.below]]
  place = "${folder}/opam.git"
  revision = "HEAD"
  [[repository.target]]
  compiler = "${compiler}"
`);
  bot = new Program('serve', [`${programs}/oxbow`, 'serve', '--config', `${folder}/oxbow.toml`], { folder, environment: { OXBOW_WEBHOOK_SECRET: 'x' } });
  await until('the bot answers', async () => (await fetch(`http://127.0.0.1:${listen}/healthz`)).ok && (await fetch(`${pages}/healthz`)).ok);
});
after(async () => {
  await bot?.end();
  fs.rmSync(folder, { recursive: true, force: true });
});

async function deliver(event, payload) {
  const body = JSON.stringify({ ...payload, repository: { full_name: 'oxcaml/opam-repository' }, sender: { login: 'friend', type: 'User' } });
  const answer = await fetch(`http://127.0.0.1:${listen}/webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-github-event': event, 'x-github-delivery': crypto.randomUUID(), 'x-hub-signature-256': await sign('x', body) },
    body,
  });
  assert.equal(answer.status, 202);
}

async function ended(run) {
  const page = await until(`run ${run} ends`, async () => {
    const text = await (await fetch(`${pages}/runs/${run}`)).text();
    return /class="state \w+">(success|failure|neutral|cancelled)</.test(text) && text;
  });
  return /class="state \w+">(\w+)</.exec(page)[1];
}

test('every change of a month ends, and its figures are those of oxbow plan', async () => {
  const all = git('log', '--first-parent', '--reverse', '--format=%ct %H %P', 'main').split('\n').map((line) => line.split(' ')).filter((words) => words.length > 2);
  const from = (begin) => all.filter(([time]) => Number(time) >= begin && Number(time) < begin + month);
  // The month in which most happened, of those that have today's compiler.
  const last = Number(all.at(-1)[0]);
  const commits = all.filter(([time]) => Number(time) > last - 4 * month).map(([time]) => from(Number(time))).reduce((most, one) => (one.length > most.length ? one : most)).map((words) => words.slice(1));
  assert.ok(commits.length > 10, `only ${commits.length} commits in a month`);
  let run = 0;
  for (const [commit, parent, merged] of commits) {
    let head = commit;
    if (merged) {
      // As it was proposed: onto the base that it was merged into.
      head = merged;
      git('update-ref', 'refs/heads/main', parent);
      await deliver('pull_request', { action: 'opened', pull_request: { number: run + 1, title: 'x', user: { login: 'friend' }, head: { sha: head }, base: { ref: 'main' }, draft: false, state: 'open', updated_at: 'x' } });
    } else {
      await deliver('push', { ref: 'refs/heads/main', before: parent, after: commit, deleted: false });
    }
    run += 1;
    const conclusion = await ended(run);
    assert.notEqual(conclusion, 'cancelled', `run ${run} of ${head}`);
    // The pages refuse who asks too often, as the wait before may have done.
    const told = await until(`the comment of run ${run} is served`, async () => {
      const answer = await fetch(`${pages}/runs/${run}/comment?raw`);
      return answer.ok && answer.text();
    });
    const plan = execFileSync(`${programs}/oxbow`, ['plan', '--format', 'markdown', '--repo', `${folder}/oxcaml.git#${parent}..${head}`, '--repo', `${folder}/opam.git`, '--compiler', compiler], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .replace('--format json has all', "the run's page has all");
    assert.ok(told.includes(plan.trimEnd()), `run ${run} of ${head}:\n${told.slice(0, 600)}\n--- but plan says\n${plan.slice(0, 600)}`);
  }
  console.log(`${run} changes were tested`);
});
