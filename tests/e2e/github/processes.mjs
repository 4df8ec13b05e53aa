// Programs that run beside a test, and servers of its own. All of them end with it.
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { spawn } from 'node:child_process';

export const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** A port below those that the system gives to others by itself, so that it stays free. */
export async function freePort() {
  for (;;) {
    const port = 20_000 + crypto.randomInt(12_000);
    const server = net.createServer();
    const isFree = await new Promise((done) => {
      server.on('error', () => done(false));
      server.listen(port, '127.0.0.1', () => done(true));
    });
    if (!isFree) continue;
    await new Promise((done) => server.close(done));
    return port;
  }
}

// Much longer than anything takes on a loaded machine.
const longest = 300_000;

/** Waits until `holds` gives something that is not false, and returns it. */
export async function until(what, holds) {
  const end = Date.now() + longest;
  let trouble;
  for (;;) {
    try {
      const value = await holds();
      if (value) return value;
      trouble = undefined;
    } catch (error) {
      trouble = error;
    }
    if (Date.now() > end) throw new Error(`not within ${longest} ms: ${what}${trouble ? `: ${trouble}` : ''}`);
    await sleep(50);
  }
}

/** A program, with all that it prints in a file. */
export class Program {
  constructor(name, words, { folder, environment = {} }) {
    this.name = name;
    this.log = `${folder}/${name}.log`;
    const out = fs.openSync(this.log, 'a');
    this.process = spawn(words[0], words.slice(1), { stdio: ['ignore', out, out], env: { ...process.env, ...environment } });
    fs.closeSync(out);
    this.ended = new Promise((done) => this.process.on('exit', (code, signal) => done({ code, signal })));
    this.process.on('error', () => {});
  }

  text() {
    return fs.readFileSync(this.log, 'utf8');
  }

  async says(words) {
    await until(`${this.name} says "${words}"; it said: ${this.text().slice(-2000)}`, () => this.text().includes(words));
  }

  get runs() {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  async end(signal = 'SIGTERM') {
    if (this.runs) this.process.kill(signal);
    const hurry = setTimeout(() => this.process.kill('SIGKILL'), longest);
    const how = await this.ended;
    clearTimeout(hurry);
    return how;
  }
}

/** An HTTP server of ours: `answer` gets the request with its whole body. */
export async function serve(answer) {
  const server = http.createServer((request, response) => {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => {
      Promise.resolve(answer(request, Buffer.concat(pieces), response)).catch((error) => {
        response.writeHead(500);
        response.end(String(error));
      });
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    }),
  };
}

/** Sends a request on, and its answer back; `look` is shown the JSON of it. */
export async function passOn(request, body, response, to, look) {
  const headers = { ...request.headers };
  delete headers.host;
  delete headers.connection;
  delete headers['content-length'];
  const answer = await fetch(to + request.url, {
    method: request.method,
    headers,
    body: body.length > 0 ? body : undefined,
    redirect: 'manual',
  });
  const text = Buffer.from(await answer.arrayBuffer());
  if (look) look(JSON.parse(text.toString() || '{}'));
  const back = Object.fromEntries(answer.headers);
  for (const name of ['content-encoding', 'transfer-encoding', 'content-length', 'connection']) delete back[name];
  response.writeHead(answer.status, back);
  response.end(text);
  return answer.status;
}
