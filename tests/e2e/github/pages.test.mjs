// The pages in a browser, with text in them that tries to get out.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { Bot, analysis } from './bot.mjs';
import { until } from './processes.mjs';
import { changePatch } from './world.mjs';

const hostile = `<script>document.title='taken'</script> "><img src=x onerror="document.title='taken'"> [x](javascript:alert(1)) @maintainer \u202egpj.exe`;

let bot;
let browser;
let failed = true;
const number = 1;
before(async () => {
  bot = await Bot.start({ cache: '' });
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
});
after(async () => {
  await browser?.close();
  await bot?.end({ failed });
});

// A page that notes whatever it should not do.
async function open(path) {
  const page = await browser.newPage();
  page.trouble = [];
  page.on('dialog', (dialog) => { page.trouble.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on('console', (message) => { if (message.type() === 'error') page.trouble.push(message.text()); });
  page.on('pageerror', (error) => page.trouble.push(String(error)));
  page.on('request', (request) => { if (!request.url().startsWith(bot.pages)) page.trouble.push(`asked for ${request.url()}`); });
  const response = await page.goto(bot.pages + path);
  assert.equal(response.status(), 200);
  return page;
}

async function harmless(page) {
  assert.deepEqual(page.trouble.filter((text) => !text.includes('favicon')), []);
  assert.notEqual(await page.title(), 'taken');
  assert.equal(await page.locator('script:not([src="/live.js"]), img, iframe, object, form, [onerror]').count(), 0);
  for (const href of await page.locator('a').evaluateAll((links) => links.map((one) => one.getAttribute('href')))) {
    assert.match(href, /^(\/|\?|https:\/\/github\.com\/)/);
  }
  await page.close();
}

test('the queue and a run show a hostile title as text', async () => {
  const real = await bot.peers.openPull('x');
  assert.equal(real, number);
  const head = bot.world.overlay.propose(number, 'x', (work) => {
    changePatch(work, 'oxhostile');
    const folder = `${work}/packages/evil/evil.1.0`;
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(`${folder}/opam`, `opam-version: "2.0"\nsynopsis: "${hostile.replaceAll('"', '\\"').replaceAll('\\u', 'u')}"\ndepends: ["no-such<script>"]\n`);
  });
  await bot.pullRequest('opened', number, head, { title: hostile });
  await bot.completed(head, analysis);
  await bot.settled();

  const queue = await open('/');
  await queue.locator('#queue').waitFor();
  assert.ok((await queue.locator('#queue').innerText()).includes(`<script>document.title='taken'</script>`));
  assert.ok(!(await queue.locator('#queue').innerText()).includes('\u202e'));
  await queue.locator('#queue a').first().click();
  await queue.locator('#run').waitFor();
  assert.ok((await queue.locator('#layers').innerText()).includes('astring.0.8.5+ox'));
  await harmless(queue);
});

test('what was posted cannot get out of its code, and the page shows it as it is', async () => {
  const page = await open('/runs/1/comment');
  const comment = await page.locator('#comment').innerText();
  assert.ok(comment.includes('<!-- oxbow: pull request -->'));
  await harmless(page);
  // On GitHub as well: no mention, link or element stands outside a code span or block.
  const posted = (await bot.peers.comments(number)).map((one) => one.body);
  const checks = await bot.peers.checks(bot.peers.heads()[0]);
  for (const text of [...posted, ...checks.flatMap((one) => [one.output.summary, one.output.text ?? ''])]) {
    const prose = text.replace(/^<!-- oxbow: [a-z0-9 ]+ -->$/gm, '').replace(/(`{3,})[\s\S]*?\1/g, '').replace(/(`+)[^`][\s\S]*?\1/g, '').replace(/<code>[^<]*<\/code>/g, '');
    assert.doesNotMatch(prose, /@maintainer|javascript:|<script|<img/);
  }
});

test('a log is shown while it grows, and then stays', async () => {
  const cache = `${bot.folder}/cache`;
  await bot.service.end();
  fs.writeFileSync(bot.configuration, bot.toml({ cache }));
  await bot.serve();
  const run = await (await fetch(`${bot.pages}/runs/1`)).text();
  const address = /\/runs\/1\/log\/0\/([0-9a-f]+)/.exec(run);
  const draft = `${cache}/debian-12-x86_64/.draft-${address[1]}-abcdef`;
  fs.mkdirSync(draft, { recursive: true });
  fs.writeFileSync(`${draft}/build.log`, `\u001b[31mfirst\u001b[0m ${hostile}\n`);
  const page = await open(address[0]);
  assert.ok((await page.locator('#log').innerText()).includes('first <script>'));
  fs.appendFileSync(`${draft}/build.log`, `second <b id="grown">line</b>\n`);
  await until('the page has grown', async () => (await page.locator('#log').innerText()).includes('second <b id="grown">'));
  assert.equal(await page.locator('#grown').count(), 0);
  fs.renameSync(draft, `${cache}/debian-12-x86_64/${address[1]}`);
  await until('the page has come to rest', async () => await page.locator('script').count() === 0);
  await harmless(page);
  const answer = await fetch(bot.pages + address[0]);
  // The run has not done this layer, so that another build of it may replace this log.
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  const again = await fetch(bot.pages + address[0], { headers: { 'if-none-match': answer.headers.get('etag') } });
  assert.equal(again.status, 304);
});

test('who asks for too much is told to wait', async () => {
  const ask = async () => (await fetch(`${bot.pages}/`)).status;
  await until('it is told to wait', async () => (await Promise.all(Array.from({ length: 150 }, ask))).includes(429));
  // What has just been given back allows a few questions a second, and on a busy machine none.
  for (const path of ['/runs/x', '/runs/99999', '/runs/1/log/0/..%2f..%2fetc', '/../../etc/passwd', '/runs/1/log/9/x']) {
    const status = await until(`${path} is answered again`, async () => {
      const { status } = await fetch(bot.pages + path);
      return status === 429 ? undefined : status;
    });
    assert.equal(status, 404, path);
  }
  failed = false;
});
