// Every payload that GitHub's own examples have for our events, as it is and broken.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { Bot } from './bot.mjs';

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json');
const events = new Set(['check_run', 'check_suite', 'installation', 'installation_repositories', 'issue_comment', 'merge_group', 'ping', 'pull_request', 'push']);
const payloads = examples.filter((event) => events.has(event.name))
  .flatMap((event) => event.examples.map((payload) => ({ event: event.name, payload })));

let bot;
let failed = true;
before(async () => { bot = await Bot.start(); });
after(async () => bot?.end({ failed }));

const lives = () => assert.ok(bot.service.runs, 'the bot has ended');

test('every recorded payload is taken, and none is too much', async () => {
  assert.ok(payloads.length >= 40, `there are only ${payloads.length}`);
  for (const { event, payload } of payloads) assert.equal(await bot.deliver(event, payload), 202);
  await bot.settled();
  lives();
  const now = await bot.metrics();
  assert.equal(now['oxbow_deliveries{state="failed"}'], 0, 'a real payload could not be read');
  assert.equal(now['oxbow_runs{state="completed"}'], 0, 'another repository was tested');
});

// Where the members of a payload are, as paths.
function pathsOf(value, path = []) {
  if (value === null || typeof value !== 'object') return [path];
  return Object.entries(value).flatMap(([key, member]) => [[...path, key], ...pathsOf(member, [...path, key])]);
}

function changed(payload, path, change) {
  const copy = structuredClone(payload);
  let at = copy;
  for (const key of path.slice(0, -1)) at = at[key];
  change(at, path.at(-1));
  return copy;
}

const ours = /^(action|ref|before|after|deleted|number|pull_request(\.(number|title|draft|state|user(\.login)?|head(\.sha)?|base(\.ref)?|updated_at))?|repository(\.full_name)?|sender(\.(login|type))?|installation(\.id)?|check_run(\.(id|name|head_sha|external_id))?|check_suite(\.(head_sha|head_branch))?|issue(\.(number|pull_request))?|comment(\.(id|body|user))?|merge_group(\.(head_sha|base_sha|base_ref))?|head_commit(\.message)?|requested_action)$/;

test('a payload of ours with a member missing, of another type or huge does no harm', async () => {
  const seen = new Set();
  let sent = 0;
  for (const { event, payload } of payloads) {
    for (const path of pathsOf(payload)) {
      const name = `${event}:${path.join('.')}`;
      if (!ours.test(path.join('.')) || seen.has(name)) continue;
      seen.add(name);
      for (const change of [
        (at, key) => { delete at[key]; },
        (at, key) => { at[key] = null; },
        (at, key) => { at[key] = typeof at[key] === 'number' ? 'x' : 17; },
        (at, key) => { at[key] = [{ x: [] }]; },
        (at, key) => { at[key] = '<script>\u0000\u202e'.repeat(2000); },
      ]) {
        assert.equal(await bot.deliver(event, changed(payload, path, change)), 202);
        sent += 1;
      }
    }
  }
  assert.ok(sent > 200, `only ${sent} were sent`);
  await bot.settled();
  lives();
});

test('what is not a payload does no harm either', async () => {
  for (const body of ['{', 'null', '[]', '"x"', '\u0000', `${'['.repeat(200_000)}`, `{"action":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`]) {
    assert.equal(await bot.deliver('pull_request', body), 202);
  }
  assert.equal(await bot.deliver('pull_request', JSON.stringify({ action: 'opened', pull_request: { title: 'x'.repeat(5_000_000) } })), 202);
  await bot.settled();
  lives();
});

test('a signature that is missing, wrong or of another body is refused, and a GUID is worked on once', async () => {
  const { payload } = payloads.find((one) => one.event === 'ping');
  assert.equal(await bot.deliver('ping', payload, { signature: '' }), 401);
  assert.equal(await bot.deliver('ping', payload, { signature: `sha256=${'0'.repeat(64)}` }), 403);
  assert.equal(await bot.deliver('ping', payload, { signature: 'sha1=00' }), 403);
  const guid = crypto.randomUUID();
  const all = async () => Object.entries(await bot.metrics()).filter(([name]) => name.startsWith('oxbow_deliveries')).reduce((sum, [, count]) => sum + count, 0);
  const before = await all();
  for (let i = 0; i < 3; i += 1) assert.equal(await bot.deliver('ping', payload, { guid }), 202);
  await bot.settled();
  assert.equal(await all(), before + 1);
  failed = false;
});
