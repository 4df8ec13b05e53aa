// A pull request's life, told by a GitHub that is not ours.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Bot, analysis } from './bot.mjs';
import { stranger } from './peers.mjs';
import { sleep, until } from './processes.mjs';
import { changePatch, changeReadme } from './world.mjs';

let bot;
let failed = true;
before(async () => { bot = await Bot.start(); });
after(async () => bot?.end({ failed }));

const commentsOf = async (number) => (await bot.peers.comments(number)).filter((one) => one.body.startsWith('<!-- oxbow: pull request -->'));

test('a patch that changes without a version is analysed, and told by a check, a comment and a label', async () => {
  const number = await bot.peers.openPull('astring: Spell out the dialect');
  const head = bot.world.overlay.propose(number, 'astring: Spell out the dialect', (work) => changePatch(work, 'oxcaml'));
  assert.equal(await bot.pullRequest('opened', number, head), 202);
  const check = await bot.completed(head, analysis, 'success');
  assert.match(check.output.title, /rebuilds 4 packages in 4 layers/);
  assert.match(check.details_url, /\/runs\/\d+$/);
  await bot.settled();
  assert.deepEqual(await bot.peers.labels(number), ['rebuild: 1-10']);
  const comments = await commentsOf(number);
  assert.equal(comments.length, 1);
  assert.match(comments[0].body, /4 packages, 4 layers/);
  assert.match(comments[0].body, /astring\.0\.8\.5\+ox/);
});

test('a new push has a run of its own, in the same comment', async () => {
  const number = await bot.peers.openPull('astring: Twice');
  const first = bot.world.overlay.propose(number, 'astring: One', (work) => changePatch(work, 'oxone'));
  await bot.pullRequest('opened', number, first);
  await bot.completed(first, analysis);
  await bot.settled();
  const second = bot.world.overlay.propose(number, 'Say more', (work) => changeReadme(work));
  await bot.pullRequest('synchronize', number, second);
  const check = await bot.completed(second, analysis, 'success');
  assert.match(check.output.title, /[Nn]othing/);
  await bot.settled();
  assert.deepEqual(await bot.peers.labels(number), ['rebuild: 0']);
  const comments = await commentsOf(number);
  assert.equal(comments.length, 1);
  assert.match(comments[0].body, new RegExp(second.slice(0, 10)));
});

test('a comment has it tested again, a stranger is refused, and what is misspelt is answered', async () => {
  const number = await bot.peers.openPull('astring: Again');
  const head = bot.world.overlay.propose(number, 'astring: Again', (work) => changePatch(work, 'oxagain'));
  await bot.pullRequest('opened', number, head);
  await bot.completed(head, analysis);
  await bot.settled();
  const runs = async () => (await bot.peers.checks(head)).filter((one) => one.name === analysis).length;
  assert.equal(await runs(), 1);

  await bot.comment(number, 7001, '/oxbow rerun', stranger);
  await until('the stranger is refused', () => bot.peers.reactions.some((one) => one.comment === '7001' && one.content === 'confused'));
  await bot.settled();
  assert.equal(await runs(), 1);

  await bot.comment(number, 7002, 'Once more:\n/oxbow rerun');
  await until('it is understood', () => bot.peers.reactions.some((one) => one.comment === '7002' && one.content === '+1'));
  await until('there is a second run', async () => await runs() === 2);
  await bot.settled();
  assert.ok((await bot.peers.checks(head)).every((one) => one.status === 'completed'));

  await bot.comment(number, 7003, '/oxbow rerum');
  await until('it is answered', async () => (await bot.peers.comments(number)).some((one) => one.body.includes('Did you mean `/oxbow rerun`?')));
  await bot.comment(number, 7004, '/oxbow explain fpath', stranger);
  await until('it is explained', async () => (await bot.peers.comments(number)).some((one) => /fpath\.0\.7\.3` is rebuilt for/.test(one.body)));
  assert.ok(bot.peers.reactions.some((one) => one.comment === '7002' && one.content === 'eyes'));
});

test("GitHub's button has the same check run told anew", async () => {
  const number = await bot.peers.openPull('astring: Button');
  const head = bot.world.overlay.propose(number, 'astring: Button', (work) => changePatch(work, 'oxbutton'));
  await bot.pullRequest('opened', number, head);
  const check = await bot.completed(head, analysis);
  await bot.settled();
  const patches = () => bot.peers.front.writes.filter((one) => one.method === 'PATCH' && one.path.endsWith(`/check-runs/${check.id}`)).length;
  const told = patches();
  await bot.checkRun('rerequested', check);
  await until('the check run is PATCHed', () => patches() > told);
  await bot.settled();
  const checks = (await bot.peers.checks(head)).filter((one) => one.name === analysis);
  assert.equal(checks.length, 1);
  assert.equal(checks[0].status, 'completed');
  const before = patches();
  await bot.checkRun('rerequested', check, stranger);
  await bot.settled();
  await sleep(500);
  assert.equal(patches(), before);
});

test('a change that conflicts is told with its paths', async () => {
  const number = await bot.peers.openPull('Conflict');
  const base = bot.world.overlay.git('rev-parse', 'main');
  const head = bot.world.overlay.propose(number, 'One way', (work) => changePatch(work, 'oxone'));
  bot.world.overlay.git('checkout', '-q', 'main');
  changePatch(bot.world.overlay.work, 'oxother');
  const pushed = bot.world.overlay.commit('Another way');
  bot.world.overlay.push('refs/heads/main');
  await bot.push(base, pushed);
  await bot.completed(pushed, analysis, 'success');
  await bot.pullRequest('opened', number, head);
  const check = await bot.completed(head, analysis, 'failure');
  assert.match(check.output.summary, /dialect\.patch/);
  await bot.settled();
  assert.match((await commentsOf(number))[0].body, /conflicts in/);
  failed = false;
});
