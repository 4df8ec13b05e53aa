// The peers of the bot: emulate as GitHub, Prism before it as the guard of GitHub's own description
// of its API, and a front before that which remembers every request and can be told to fail.
//
//   bot -> front -> Prism -> back -> emulate
//
// The back answers what emulate has not: reactions, deliveries, who may do what, and the check runs
// of a commit that emulate's own git does not have (each read from emulate by its id).
import crypto from 'node:crypto';
import { createEmulator } from 'emulate';
import { Program, freePort, passOn, serve, sleep, until } from './processes.mjs';
import { writeDescription } from './openapi.mjs';

// emulate verifies with it, and Node 18 has it under this name alone.
globalThis.crypto ??= crypto.webcrypto;

export const secret = 'correct horse battery staple';
export const owner = 'maintainer';
export const stranger = 'stranger';
export const repositoryName = `${owner}/overlay`;
export const appId = 12345;
const installation = 100;

const seed = (privateKey, sink) => ({
  tokens: { maintainer_token: { login: owner, scopes: ['repo', 'user', 'admin:repo_hook'] } },
  github: {
    users: [{ login: owner }, { login: stranger }],
    repos: [{ owner, name: 'overlay', auto_init: true }],
    apps: [{
      app_id: appId, slug: 'oxbow', name: 'oxbow', private_key: privateKey,
      webhook_url: sink, webhook_secret: secret,
      permissions: { checks: 'write', issues: 'write', pull_requests: 'write', contents: 'read', metadata: 'read' },
      events: ['pull_request'],
      installations: [{ installation_id: installation, account: owner, repository_selection: 'all' }],
    }],
  },
});

class Front {
  constructor(to) {
    this.to = to;
    this.requests = [];
    this.rules = [];
  }

  /** Answers the next `times` requests that `fits` accepts by `act(response, passOn)`. */
  inject(fits, times, act) {
    this.rules.push({ fits, times, act });
  }

  get writes() {
    return this.requests.filter((one) => one.method !== 'GET' && !one.path.endsWith('/access_tokens'));
  }

  async answer(request, body, response) {
    const seen = { at: Date.now(), method: request.method, path: request.url, headers: request.headers, body: body.toString(), status: 0 };
    this.requests.push(seen);
    const rule = this.rules.find((one) => one.times > 0 && one.fits(seen));
    if (rule) {
      rule.times -= 1;
      seen.injected = true;
      await rule.act(response, () => passOn(request, body, response, this.to), request);
      return;
    }
    seen.status = await passOn(request, body, response, this.to);
  }
}

function json(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(value));
}

function user(login) {
  const url = `https://api.github.com/users/${login}`;
  const urls = Object.fromEntries(['followers', 'following', 'gists', 'starred', 'subscriptions', 'organizations', 'repos', 'events', 'received_events']
    .map((name) => [`${name}_url`, `${url}/${name}`]));
  return { login, id: login.length, node_id: 'U_1', avatar_url: url, gravatar_id: '', url, html_url: `https://github.com/${login}`, ...urls, type: 'User', site_admin: false };
}

/** Starts them all; `folder` takes their logs. */
export async function startPeers(folder) {
  const { privateKey, publicKey } = crypto.generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const sink = await serve(async (request, body, response) => response.end());
  const emulate = await createEmulator({ service: 'github', port: await freePort(), seed: seed(privateKey, sink.url) });

  // As a person who looks.
  const ask = async (method, path, body) => {
    const answer = await fetch(emulate.url + path, {
      method,
      // A connection that was kept could have been closed while a test worked.
      headers: { authorization: 'Bearer maintainer_token', accept: 'application/vnd.github+json', 'content-type': 'application/json', connection: 'close' },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 500)}`);
    return text ? JSON.parse(text) : undefined;
  };

  const reactions = [];
  const checkIds = new Map();
  const checksOf = async (head) => Promise.all((checkIds.get(head) ?? []).map((id) => ask('GET', `/repos/${repositoryName}/check-runs/${id}`)));
  const permissions = { [owner]: 'admin', [stranger]: 'read' };
  const back = await serve(async (request, body, response) => {
    let match;
    if ((match = /\/issues\/comments\/(\d+)\/reactions$/.exec(request.url)) && request.method === 'POST') {
      const { content } = JSON.parse(body);
      reactions.push({ comment: match[1], content });
      return json(response, 201, { id: reactions.length, node_id: 'R_1', user: user('oxbow[bot]'), content, created_at: '2026-01-01T00:00:00Z' });
    }
    if ((match = /\/collaborators\/([^/]+)\/permission$/.exec(request.url))) {
      const login = decodeURIComponent(match[1]);
      const permission = permissions[login] ?? 'none';
      return json(response, 200, { permission, role_name: permission, user: { ...user(login), role_name: permission } });
    }
    if (request.url.endsWith('/check-runs') && request.method === 'POST') {
      const { head_sha: head } = JSON.parse(body);
      return passOn(request, body, response, emulate.url, (made) => {
        if (made.id) checkIds.set(head, [...(checkIds.get(head) ?? []), made.id]);
      });
    }
    if ((match = /\/commits\/([0-9a-f]+)\/check-runs\?/.exec(request.url))) {
      const name = new URLSearchParams(request.url.split('?')[1]).get('check_name');
      const found = (await checksOf(match[1])).filter((check) => !name || check.name === name);
      return json(response, 200, { total_count: found.length, check_runs: found });
    }
    if (request.url.startsWith('/app/hook/deliveries')) return json(response, 200, []);
    return passOn(request, body, response, emulate.url);
  });

  const description = `${folder}/github.json`;
  writeDescription(description);
  const port = await freePort();
  const prism = new Program('prism', [process.execPath, new URL('node_modules/@stoplight/prism-cli/dist/index.js', import.meta.url).pathname,
    'proxy', description, back.url, '--port', String(port), '--host', '127.0.0.1'], { folder });
  await until('Prism listens', () => prism.text().includes('is listening'));

  const front = new Front(`http://127.0.0.1:${port}`);
  const server = await serve((request, body, response) => front.answer(request, body, response));

  return {
    api: server.url, privateKey, publicKey, front, reactions, permissions, prism, ask, installation,
    repository: `/repos/${repositoryName}`,
    /** Opens a pull request at emulate, for its comments and labels; its commits are emulate's own. */
    async openPull(title) {
      const path = `/repos/${repositoryName}`;
      const main = await ask('GET', `${path}/git/ref/heads/main`);
      const branch = `topic-${crypto.randomUUID()}`;
      await ask('POST', `${path}/git/refs`, { ref: `refs/heads/${branch}`, sha: main.object.sha });
      await ask('PUT', `${path}/contents/${branch}.txt`, { message: 'x', content: 'eA==', branch });
      return (await ask('POST', `${path}/pulls`, { title, head: branch, base: 'main' })).number;
    },
    checks: checksOf,
    heads: () => [...checkIds.keys()],
    comments: (number) => ask('GET', `/repos/${repositoryName}/issues/${number}/comments`),
    labels: async (number) => (await ask('GET', `/repos/${repositoryName}/issues/${number}/labels`)).map((label) => label.name),
    /** The requests that GitHub's description does not allow, as Prism tells them. */
    violations: () => prism.text().split('\n').filter((line) => line.includes('Violation: request')),
    async close() {
      await server.close();
      await prism.end();
      await back.close();
      await emulate.close();
      await sink.close();
      await sleep(0);
    },
  };
}
