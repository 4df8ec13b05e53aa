// A pull request's cone built for real, and what stops it. Needs root and what tests/world/prepare
// makes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { Bot, analysis, targetCheck } from './bot.mjs';
import { stranger } from './peers.mjs';
import { until } from './processes.mjs';
import { changePatch } from './world.mjs';

const prepared = new URL('../../../build/world', import.meta.url).pathname;

let bot;
let failed = true;
before(async () => {
  assert.ok(fs.existsSync(`${prepared}/cache/debian-12-x86_64/base/fs`), 'run tests/world/prepare first');
  bot = await Bot.start({ start: false });
  const cache = `${bot.folder}/cache`;
  fs.mkdirSync(`${cache}/debian-12-x86_64`, { recursive: true });
  fs.symlinkSync(`${prepared}/cache/debian-12-x86_64/base`, `${cache}/debian-12-x86_64/base`);
  fs.cpSync(`${prepared}/sources`, `${cache}/sources`, { recursive: true, dereference: true });
  fs.writeFileSync(bot.configuration, bot.toml({ build: true, cache, more: 'jobs = 2' }));
  await bot.serve();
});
after(async () => bot?.end({ failed }));

const open = async (dialect, options) => {
  const number = await bot.peers.openPull(dialect);
  const head = bot.world.overlay.propose(number, dialect, (work) => changePatch(work, dialect));
  await bot.pullRequest('opened', number, head, options);
  return { number, head };
};
const check = async (head) => (await bot.peers.checks(head)).find((one) => one.name === targetCheck);

test('a newer head stops the build of the one before, whose layers stay', async () => {
  const { number, head } = await open('oxfirst');
  await bot.completed(head, analysis, 'success');
  await until('the build has begun', async () => (await check(head))?.status === 'in_progress');
  const newer = bot.world.overlay.propose(number, 'Another', (work) => changePatch(work, 'oxsecond'));
  await bot.pullRequest('synchronize', number, newer);
  await bot.completed(head, targetCheck, 'cancelled');
  await bot.completed(newer, targetCheck, 'success');
  await bot.settled();
  const comment = (await bot.peers.comments(number)).find((one) => one.body.startsWith('<!-- oxbow: pull request -->'));
  assert.match(comment.body, /Nothing regressed/);
  assert.ok(fs.readdirSync(`${bot.folder}/cache/debian-12-x86_64`).filter((name) => /^[0-9a-f]{64}$/.test(name)).length >= 4);
});

test('what breaks is told as a regression, with its first error and how to see it', async () => {
  const number = await bot.peers.openPull('Break it');
  const head = bot.world.overlay.propose(number, 'Break it', (work) => {
    const opam = `${work}/packages/greet/greet.1.0+ox/opam`;
    fs.writeFileSync(opam, fs.readFileSync(opam, 'utf8').replace(/^build: \[/m, 'build: [\n  ["sh" "-c" "echo Error: it broke; exit 1"]'));
  });
  await bot.pullRequest('opened', number, head);
  const broken = await bot.completed(head, targetCheck, 'failure');
  assert.match(broken.output.text, /it broke/);
  await bot.settled();
  const comment = (await bot.peers.comments(number)).find((one) => one.body.startsWith('<!-- oxbow: pull request -->'));
  assert.match(comment.body, /Regressed/);
  assert.match(comment.body, /Error: it broke/);
  assert.match(comment.body, /oxbow check --cache/);
});

test("a stranger's pull request is analysed, and built once somebody has looked at it", async () => {
  const { number, head } = await open('oxstranger', { author: stranger });
  await bot.completed(head, analysis, 'success');
  const waiting = await bot.completed(head, targetCheck, 'action_required');
  assert.equal(waiting.actions?.[0]?.identifier ?? 'approve', 'approve');
  await bot.comment(number, 8001, '/oxbow ok-to-test', stranger);
  await until('the stranger is refused', () => bot.peers.reactions.some((one) => one.comment === '8001' && one.content === 'confused'));
  await bot.comment(number, 8002, `/oxbow ok-to-test ${head.slice(0, 8)}`);
  await bot.completed(head, targetCheck, 'success');
  failed = false;
});
