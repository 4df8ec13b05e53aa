// Git over HTTP, to be fetched from: git's own http-backend behind a server.
import { spawn } from 'node:child_process';
import { serve } from './processes.mjs';

/** Serves the bare repositories below `root`. */
export function serveGit(root) {
  return serve((request, body, response) => new Promise((done) => {
    const [path, query = ''] = request.url.split('?');
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'safe.directory',
        GIT_CONFIG_VALUE_0: '*',
        PATH_INFO: path,
        QUERY_STRING: query,
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        CONTENT_LENGTH: String(body.length),
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: request.headers['git-protocol'] ?? '',
        REMOTE_ADDR: '127.0.0.1',
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const pieces = [];
    backend.stdout.on('data', (piece) => pieces.push(piece));
    backend.stdin.on('error', () => {});
    backend.stdin.end(body);
    backend.on('close', () => {
      const all = Buffer.concat(pieces);
      const end = all.indexOf('\r\n\r\n');
      let status = 200;
      const headers = {};
      for (const line of all.subarray(0, end).toString().split('\r\n')) {
        const colon = line.indexOf(':');
        const name = line.slice(0, colon);
        const value = line.slice(colon + 1).trim();
        if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
        else if (name) headers[name] = value;
      }
      response.writeHead(end < 0 ? 500 : status, headers);
      response.end(end < 0 ? '' : all.subarray(end + 4));
      done();
    });
  }));
}
