// Either process is killed at random moments under a stream of deliveries: what was answered is not
// lost, nothing is left open, and nothing is made twice.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, test } from 'node:test';
import { Bot, analysis } from './bot.mjs';
import { sleep, until } from './processes.mjs';
import { changePatch, changeReadme } from './world.mjs';

const kills = Number(process.env.OXBOW_KILLS ?? 200);
const pulls = 6;
const headsOfAPull = 8;

let bot;
let failed = true;
before(async () => {
  bot = await Bot.start({ interval: 2, settling: 4000, start: false });
  await bot.startWebhook();
  bot.startWorker();
  bot.startPages();
  await bot.answers();
});
after(async () => bot?.end({ failed }));

test(`${kills} kills lose nothing and double nothing`, async () => {
  const opened = [];
  for (let i = 0; i < pulls; i += 1) {
    const number = await bot.peers.openPull(`Pull ${i}`);
    const heads = [];
    for (let j = 0; j < headsOfAPull; j += 1) {
      heads.push(bot.world.overlay.propose(number, `${i} ${j}`, (work) => (j % 3 === 2 ? changeReadme(work) : changePatch(work, `ox${i}n${j}`))));
    }
    // What a later push took away is kept by a branch of its own, as GitHub keeps it.
    heads.forEach((head, j) => bot.world.overlay.git('push', '-q', bot.world.overlay.bare, `${head}:refs/heads/kept-${number}-${j}`));
    opened.push({ number, heads });
  }

  const answered = [];
  let streaming = true;
  let comment = 9000;
  const send = async (deliver) => {
    try {
      if (await deliver() === 202) return true;
    } catch { /* the listener was killed */ }
    return false;
  };
  const stream = (async () => {
    for (let turn = 0; streaming; turn += 1) {
      const { number, heads } = opened[turn % pulls];
      const head = heads[Math.floor(turn / pulls) % headsOfAPull];
      const guid = crypto.randomUUID();
      const kind = turn % 7;
      const sent = await send(() => (kind === 6 ? bot.comment(number, comment += 1, '/oxbow rerun', undefined, { guid })
        : bot.pullRequest(turn < pulls ? 'opened' : 'synchronize', number, head, { guid })));
      if (sent) answered.push(guid);
      await sleep(40);
    }
  })();

  // The slower the machine, the longer they live: kills are to hit the work, not only the start.
  const made = () => bot.peers.front.writes.filter((one) => one.method === 'POST' && one.path.endsWith('/check-runs')).length;
  for (let i = 0; i < kills; i += 1) {
    await sleep(20 + Math.random() * (made() * 7 < i ? 1500 : 260));
    if (Math.random() < 0.35) {
      await bot.webhook.end('SIGKILL');
      await bot.startWebhook();
    } else {
      await bot.worker.end('SIGKILL');
      bot.startWorker();
    }
  }
  streaming = false;
  await stream;
  for (const { number, heads } of opened) {
    await until('the last head is delivered', () => send(() => bot.pullRequest('synchronize', number, heads.at(-1))));
  }
  await bot.settled();
  assert.ok(answered.length > kills / 2, `only ${answered.length} deliveries were answered`);

  const all = async () => Object.entries(await bot.metrics()).filter(([name]) => name.startsWith('oxbow_deliveries')).reduce((sum, [, count]) => sum + count, 0);
  const stored = await all();
  for (const guid of answered) assert.equal(await bot.deliver('ping', { zen: 'x' }, { guid }), 202);
  assert.equal(await all(), stored, 'a delivery that was answered was not stored');

  const now = await bot.metrics();
  assert.equal(now['oxbow_deliveries{state="failed"}'], 0);
  assert.equal(now['oxbow_publications{state="given_up"}'], 0);
  let checks = 0;
  for (const head of bot.peers.heads()) {
    const seen = new Set();
    for (const check of await bot.peers.checks(head)) {
      checks += 1;
      assert.equal(check.status, 'completed', `${check.name} of run ${check.external_id} is open`);
      assert.ok(!seen.has(`${check.external_id} ${check.name}`), `${check.name} of run ${check.external_id} is there twice`);
      seen.add(`${check.external_id} ${check.name}`);
    }
  }
  assert.ok(checks > 20, `there were only ${checks} check runs`);
  for (const { number, heads } of opened) {
    const { conclusion } = await bot.completed(heads.at(-1), analysis);
    assert.notEqual(conclusion, 'neutral', `what a kill has left kept pull request ${number} from being analysed`);
    const comments = (await bot.peers.comments(number)).filter((one) => one.body.startsWith('<!-- oxbow: pull request -->'));
    assert.equal(comments.length, 1, `pull request ${number} has ${comments.length} comments`);
    assert.match(comments[0].body, new RegExp(heads.at(-1).slice(0, 10)));
    assert.equal((await bot.peers.labels(number)).length, 1);
  }
  failed = false;
});
