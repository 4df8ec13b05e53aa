// GitHub at its worst: what it answers with is tried again or given up, and nothing is lost.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Bot, analysis } from './bot.mjs';
import { sleep, until } from './processes.mjs';
import { changePatch } from './world.mjs';

let bot;
let failed = true;
before(async () => { bot = await Bot.start({ interval: 1000 }); });
after(async () => bot?.end({ failed }));

const isWrite = (request) => request.method !== 'GET' && !request.path.endsWith('/access_tokens');
const answer = (status, headers = {}, body = { message: 'no' }) => (response) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};

let dialect = 0;
async function open() {
  dialect += 1;
  const number = await bot.peers.openPull(`Dialect ${dialect}`);
  const head = bot.world.overlay.propose(number, `Dialect ${dialect}`, (work) => changePatch(work, `ox${dialect}`));
  await bot.pullRequest('opened', number, head);
  return { number, head };
}

async function toldOnce({ number, head }) {
  await bot.completed(head, analysis, 'success');
  await bot.settled();
  const checks = await bot.peers.checks(head);
  assert.equal(checks.filter((one) => one.name === analysis).length, 1, 'one check run');
  assert.equal((await bot.peers.comments(number)).length, 1, 'one comment');
  assert.deepEqual(await bot.peers.labels(number), ['rebuild: 1-10']);
}

for (const status of [500, 502, 503]) {
  test(`status ${status} is tried again`, async () => {
    bot.peers.front.inject(isWrite, 2, answer(status));
    await toldOnce(await open());
  });
}

test('a connection that is cut before and after the work is done has no second effect', async () => {
  bot.peers.front.inject((one) => one.method === 'POST' && one.path.endsWith('/check-runs'), 1, async (response, passOn, request) => {
    // GitHub has made it, and the answer is lost.
    response.writeHead = () => response;
    response.end = () => response;
    await passOn();
    request.socket.destroy();
  });
  bot.peers.front.inject((one) => one.method === 'POST' && one.path.endsWith('/comments'), 1, (response, passOn, request) => request.socket.destroy());
  await toldOnce(await open());
});

test('403 with retry-after and the limits leave GitHub alone for as long as it asks', async () => {
  bot.peers.front.inject(isWrite, 1, answer(403, { 'retry-after': '3' }, { message: 'You have exceeded a secondary rate limit.' }));
  const begin = Date.now();
  const pull = await open();
  const isRefused = (one) => one.injected && one.path.endsWith('/check-runs') && one.at >= begin;
  await until('it is refused', () => bot.peers.front.requests.some(isRefused));
  const refused = bot.peers.front.requests.find(isRefused).at;
  await toldOnce(pull);
  const next = bot.peers.front.writes.find((one) => one.at > refused);
  assert.ok(next.at - refused > 2400, `it wrote again after ${next.at - refused} ms`);
});

test('429 until a time that GitHub names', async () => {
  const reset = Math.ceil(Date.now() / 1000) + 4;
  bot.peers.front.inject(isWrite, 1, answer(429, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) }));
  await toldOnce(await open());
  assert.ok(Date.now() / 1000 > reset);
});

test('a token that has expired is replaced', async () => {
  bot.peers.front.inject(isWrite, 1, answer(401, {}, { message: 'Bad credentials' }));
  const tokens = () => bot.peers.front.requests.filter((one) => one.path.endsWith('/access_tokens')).length;
  const before = tokens();
  await toldOnce(await open());
  assert.equal(tokens(), before + 1);
});

test('a head that a force-push took away is given up, and the next one is told', async () => {
  bot.peers.front.inject((one) => one.method === 'POST' && one.path.endsWith('/check-runs'), 1, answer(422, {}, { message: 'No commit found for SHA: x' }));
  const gone = await open();
  await bot.settled();
  assert.equal((await bot.peers.checks(gone.head)).length, 0);
  await toldOnce(await open());
});

test('30 seconds of silence are waited for, and then it is tried again', async () => {
  bot.peers.front.inject((one) => one.method === 'POST' && one.path.endsWith('/check-runs'), 1, async () => { await sleep(33_000); });
  await toldOnce(await open());
});

test('there was never more than one write a second', () => {
  const writes = bot.peers.front.writes.map((one) => one.at).sort((a, b) => a - b);
  assert.ok(writes.length > 25, `there were only ${writes.length}`);
  // They are counted as they arrive, which on a loaded machine is later for some than for others.
  for (let i = 10; i < writes.length; i += 1) {
    assert.ok(writes[i] - writes[i - 10] > 9000, `eleven writes in ${writes[i] - writes[i - 10]} ms`);
  }
  failed = false;
});
