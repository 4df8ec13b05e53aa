// The repositories under test: what tests/data/world holds, in git, with branches as pull requests.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { execFileSync } from 'node:child_process';

const data = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../../data');
const environment = {
  PATH: process.env.PATH,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Test', GIT_AUTHOR_EMAIL: 'test@example.org',
  GIT_COMMITTER_NAME: 'Test', GIT_COMMITTER_EMAIL: 'test@example.org',
};

export class Repository {
  /** A repository at `folder`/`name`.git with what `content` holds on its branch main. */
  constructor(folder, name, content) {
    this.work = `${folder}/work/${name}`;
    this.bare = `${folder}/git/${name}.git`;
    fs.cpSync(content, this.work, { recursive: true });
    fs.mkdirSync(this.bare, { recursive: true });
    this.git('init', '-q', '-b', 'main');
    this.commit('Packages');
    execFileSync('git', ['init', '-q', '--bare', '-b', 'main', this.bare], { env: environment });
    this.push('refs/heads/main');
  }

  git(...words) {
    return execFileSync('git', ['-C', this.work, ...words], { env: environment, encoding: 'utf8' }).trim();
  }

  commit(message) {
    this.git('add', '--all');
    this.git('commit', '-q', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }

  push(reference) {
    this.git('push', '-q', '--force', this.bare, `HEAD:${reference}`);
  }

  /** Commits what `change` does on a branch of its own from main (or from what `on` names). */
  propose(number, message, change, on = 'main') {
    this.git('checkout', '-q', '--detach', on);
    change(this.work);
    const head = this.commit(message);
    this.push(`refs/pull/${number}/head`);
    this.git('checkout', '-q', 'main');
    return head;
  }

  read(file) {
    return fs.readFileSync(`${this.work}/${file}`, 'utf8');
  }
}

export function makeWorld(folder) {
  return {
    overlay: new Repository(folder, 'overlay', `${data}/world-overlay`),
    lower: new Repository(folder, 'opam-repository', `${data}/world`),
  };
}

const patched = 'packages/astring/astring.0.8.5+ox';
const sha256 = (text) => crypto.createHash('sha256').update(text).digest('hex');

/** Edits the patch of astring.0.8.5+ox, and its checksum; the version stays. */
export function changePatch(work, dialect) {
  const patch = `${work}/${patched}/files/dialect.patch`;
  const opam = `${work}/${patched}/opam`;
  const before = fs.readFileSync(patch, 'utf8');
  const after = before.replace(/^\+(.*)"ox[a-z0-9]*"/m, `+$1"${dialect}"`);
  if (after === before) throw new Error('the patch has changed: mend changePatch');
  fs.writeFileSync(patch, after);
  fs.writeFileSync(opam, fs.readFileSync(opam, 'utf8').replace(sha256(before), sha256(after)));
}

/** Changes nothing that opam sees. */
export function changeReadme(work) {
  fs.appendFileSync(`${work}/README.md`, 'More.\n');
}
