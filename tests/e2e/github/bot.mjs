// The bot under test, from the programs that were built.
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import { sign } from '@octokit/webhooks-methods';
import { Program, freePort, until } from './processes.mjs';
import { appId, owner, repositoryName, secret, startPeers } from './peers.mjs';
import { serveGit } from './git_server.mjs';
import { makeWorld } from './world.mjs';

const programs = process.env.OXBOW_PROGRAMS ?? new URL('../../../build/release', import.meta.url).pathname;

export class Bot {
  static async start(settings = {}) {
    const bot = new Bot();
    bot.folder = fs.mkdtempSync(`${os.tmpdir()}/oxbow-e2e-`);
    bot.world = makeWorld(bot.folder);
    bot.git = await serveGit(`${bot.folder}/git`);
    bot.peers = await startPeers(bot.folder);
    bot.listen = await freePort();
    bot.pagesPort = await freePort();
    bot.pages = `http://127.0.0.1:${bot.pagesPort}`;
    bot.configuration = `${bot.folder}/oxbow.toml`;
    fs.writeFileSync(`${bot.folder}/app.pem`, bot.peers.privateKey, { mode: 0o600 });
    fs.writeFileSync(`${bot.folder}/secret`, `${secret}\n`, { mode: 0o600 });
    fs.writeFileSync(bot.configuration, bot.toml(settings));
    bot.store = `${bot.folder}/oxbow.sqlite`;
    if (settings.start !== false) await bot.serve();
    return bot;
  }

  toml({ interval = 20, settling = 300, build = false, cache = '', trusted = [], more = '' }) {
    return `version = 1
[store]
file = "${this.folder}/oxbow.sqlite"
[webhook]
listen = "127.0.0.1:${this.listen}"
secret_files = ["${this.folder}/secret"]
[pages]
listen = "127.0.0.1:${this.pagesPort}"
url = "${this.pages}"
[github]
api = "${this.peers.api}"
app = "${appId}"
key_file = "${this.folder}/app.pem"
write_interval_ms = ${interval}
settling_ms = ${settling}
[worker]
mirrors = "${this.folder}/mirrors"
build = ${build}
${cache && `cache = "${cache}"`}
lease_seconds = 2
${more}
[[repository]]
name = "${repositoryName}"
place = "${this.git.url}/overlay.git"
branches = ["main"]
trusted = ${JSON.stringify(trusted)}
  [[repository.below]]
  place = "${this.git.url}/opam-repository.git"
  revision = "main"
  [[repository.target]]
  compiler = "ocaml-system.4.13.1"
  platform = "debian-12-x86_64"
`;
  }

  async serve() {
    this.service = new Program('serve', [`${programs}/oxbow`, 'serve', '--config', this.configuration], { folder: this.folder });
    await this.answers();
  }

  /** Starts one of the processes alone. */
  async startWebhook() {
    this.webhook = new Program('webhook', [`${programs}/oxbow-webhook`, '--config', this.configuration], { folder: this.folder });
    await until('the listener answers', async () => (await fetch(`http://127.0.0.1:${this.listen}/healthz`)).ok);
    return this.webhook;
  }

  startWorker() {
    this.worker = new Program('worker', [`${programs}/oxbow`, 'worker', '--config', this.configuration], { folder: this.folder });
    return this.worker;
  }

  startPages() {
    this.pagesProgram = new Program('pages', [`${programs}/oxbow`, 'pages', '--config', this.configuration], { folder: this.folder });
  }

  async answers() {
    await until('the listener answers', async () => (await fetch(`http://127.0.0.1:${this.listen}/healthz`)).ok);
    await until('the pages answer', async () => (await fetch(`${this.pages}/healthz`)).ok);
  }

  /** Delivers as GitHub does; returns the status of the answer. */
  async deliver(event, payload, { guid = crypto.randomUUID(), signature } = {}) {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
    const answer = await fetch(`http://127.0.0.1:${this.listen}/webhook`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': event,
        'x-github-delivery': guid,
        'x-hub-signature-256': signature ?? await sign(secret, body),
        'user-agent': 'GitHub-Hookshot/test',
      },
      body,
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  #common(sender) {
    return {
      repository: { full_name: repositoryName },
      installation: { id: this.peers.installation },
      sender: { login: sender, type: 'User' },
    };
  }

  #clock = Date.parse('2026-01-01T00:00:00Z');

  pullRequest(action, number, head, { author = owner, sender = author, title = 'A change', draft = false, state = 'open', changes, guid } = {}) {
    this.#clock += 1000;
    return this.deliver('pull_request', {
      action,
      number,
      pull_request: {
        number, title, draft, state, user: { login: author }, head: { sha: head }, base: { ref: 'main' },
        updated_at: new Date(this.#clock).toISOString().replace('.000', ''),
      },
      changes,
      ...this.#common(sender),
    }, { guid });
  }

  comment(number, id, body, sender = owner, { guid } = {}) {
    return this.deliver('issue_comment', {
      action: 'created',
      issue: { number, pull_request: { url: 'x' } },
      comment: { id, body, user: { login: sender, type: 'User' } },
      ...this.#common(sender),
    }, { guid });
  }

  checkRun(action, check, sender = owner, identifier) {
    return this.deliver('check_run', {
      action,
      check_run: { id: check.id, name: check.name, external_id: check.external_id, head_sha: check.head_sha },
      requested_action: identifier && { identifier },
      ...this.#common(sender),
    });
  }

  push(before, after, branch = 'main') {
    return this.deliver('push', { ref: `refs/heads/${branch}`, before, after, deleted: false, head_commit: { message: 'A push' }, ...this.#common(owner) });
  }

  /** The check of this name at a head, once it is completed. */
  completed(head, name, conclusion) {
    return until(`${name} of ${head} is completed${conclusion ? ` as ${conclusion}` : ''}`, async () => (await this.peers.checks(head))
      .find((check) => check.name === name && check.status === 'completed' && (!conclusion || check.conclusion === conclusion)));
  }

  /** What /metrics says of everything. */
  async metrics() {
    const text = await until('the pages answer', async () => {
      const answer = await fetch(`${this.pages}/metrics`);
      return answer.ok && answer.text();  // they refuse whom they have answered too often
    });
    return Object.fromEntries(text.split('\n').filter((line) => line && !line.startsWith('#')).map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }));
  }

  /** Waits until nothing is left to be done or told. */
  async settled() {
    await until('all is done and told', async () => {
      const now = await this.metrics();
      const open = ['oxbow_deliveries{state="waiting"}', 'oxbow_runs{state="queued"}', 'oxbow_runs{state="analysing"}', 'oxbow_runs{state="building"}', 'oxbow_publications{state="due"}'];
      return open.every((name) => now[name] === 0);
    });
  }

  async end({ failed = false } = {}) {
    for (const program of [this.service, this.webhook, this.worker, this.pagesProgram]) {
      if (program) await program.end();
    }
    const violations = this.peers.violations();
    await this.peers.close();
    await this.git.close();
    if (failed) {
      for (const file of fs.readdirSync(this.folder).filter((name) => name.endsWith('.log'))) {
        console.log(`--- ${file}\n${fs.readFileSync(`${this.folder}/${file}`, 'utf8').slice(-4000)}`);
      }
    }
    fs.rmSync(this.folder, { recursive: true, force: true });
    if (violations.length > 0) throw new Error(`GitHub's description forbids:\n${violations.slice(0, 5).join('\n')}`);
  }
}

export const analysis = 'oxbow / analysis';
export const targetCheck = 'oxbow / 4.13.1 · debian-12-x86_64';
