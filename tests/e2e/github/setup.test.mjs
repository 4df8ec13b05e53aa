// The visit that makes the app: a browser's way, without the browser.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import { after, test } from 'node:test';
import { Program, freePort, serve, until } from './processes.mjs';

// Undone in the reverse order, however the test ends: what is still open would keep it from ending.
const undo = [];
after(async () => {
  for (const one of undo.reverse()) await one();
});

const programs = process.env.OXBOW_PROGRAMS ?? new URL('../../../build/release', import.meta.url).pathname;

test('setup writes what GitHub answers, once, and only to the visit that it began', async () => {
  const folder = fs.mkdtempSync(`${os.tmpdir()}/oxbow-setup-`);
  undo.push(() => fs.rmSync(folder, { recursive: true }));
  const asked = [];
  const github = await serve(async (request, body, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ id: 77, slug: 'oxbow-test', pem: 'KEY', webhook_secret: 'SECRET' }));
  });
  undo.push(() => github.close());
  const port = await freePort();
  const words = [`${programs}/oxbow`, 'setup', '--repository', 'o/r', '--url', 'https://oxbow.example.org', '--folder', folder, '--port', String(port), '--api', github.url];
  const setup = new Program('setup', words, { folder });
  undo.push(() => setup.end());
  const page = await until('it answers', async () => (await fetch(`http://127.0.0.1:${port}/`)).text());
  const manifest = JSON.parse(/name="manifest" value="([^"]*)"/.exec(page)[1].replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
  assert.equal(manifest.hook_attributes.url, 'https://oxbow.example.org/webhook');
  assert.deepEqual(manifest.default_permissions, { checks: 'write', issues: 'write', pull_requests: 'write', contents: 'read', metadata: 'read' });
  const state = /state=([0-9a-f]{32})/.exec(page)[1];
  assert.equal((await fetch(`http://127.0.0.1:${port}/created?code=c&state=other`)).status, 400);
  assert.deepEqual(asked, []);
  assert.equal((await fetch(`http://127.0.0.1:${port}/created?code=c0de&state=${state}`)).status, 200);
  assert.deepEqual(asked, ['POST /app-manifests/c0de/conversions']);
  assert.equal((await setup.ended).code, 0);
  assert.equal(fs.readFileSync(`${folder}/app.pem`, 'utf8'), 'KEY');
  assert.equal(fs.statSync(`${folder}/app.pem`).mode & 0o007, 0);
  assert.equal(fs.readFileSync(`${folder}/webhook-secret`, 'utf8'), 'SECRET\n');
  assert.match(fs.readFileSync(`${folder}/oxbow.toml`, 'utf8'), /^app = "77"$/m);
  const again = new Program('again', words, { folder });
  assert.equal((await again.ended).code, 2);
  assert.match(again.text(), /already exists/);
});
