// GitHub's description of its API, cut to what oxbow asks for, so that Prism starts in a second.
import fs from 'node:fs';
import { createRequire } from 'node:module';

const repository = '/repos/{owner}/{repo}';
const operations = {
  '/app/installations/{installation_id}/access_tokens': ['post'],
  '/app/hook/deliveries': ['get'],
  '/app/hook/deliveries/{delivery_id}/attempts': ['post'],
  [`${repository}/installation`]: ['get'],
  [`${repository}/check-runs`]: ['post'],
  [`${repository}/check-runs/{check_run_id}`]: ['get', 'patch'],
  [`${repository}/commits/{ref}/check-runs`]: ['get'],
  [`${repository}/issues/{issue_number}/comments`]: ['get', 'post'],
  [`${repository}/issues/comments/{comment_id}`]: ['get', 'patch'],
  [`${repository}/issues/comments/{comment_id}/reactions`]: ['post'],
  [`${repository}/issues/{issue_number}/labels`]: ['get', 'post'],
  [`${repository}/issues/{issue_number}/labels/{name}`]: ['delete'],
  [`${repository}/labels`]: ['post'],
  [`${repository}/collaborators/{username}/permission`]: ['get'],
  [`${repository}/pulls/{pull_number}`]: ['get'],
};

// The part of the document that a reference names.
function resolve(document, reference) {
  const keys = reference.slice(2).split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  return { keys, value: keys.reduce((at, key) => at[key], document) };
}

function copyReferenced(part, document, result, seen) {
  if (part === null || typeof part !== 'object') return;
  if (typeof part.$ref === 'string' && !seen.has(part.$ref)) {
    seen.add(part.$ref);
    const { keys, value } = resolve(document, part.$ref);
    const last = keys.pop();
    let at = result;
    for (const key of keys) at = at[key] ??= {};
    at[last] = value;
    copyReferenced(value, document, result, seen);
  }
  for (const member of Object.values(part)) copyReferenced(member, document, result, seen);
}

/** Writes the description to `file`. */
export function writeDescription(file) {
  const require = createRequire(import.meta.url);
  const folder = require.resolve('@octokit/openapi/package.json').replace(/package\.json$/, '');
  const document = JSON.parse(fs.readFileSync(`${folder}generated/api.github.com.json`, 'utf8'));
  const result = { openapi: document.openapi, info: document.info, servers: document.servers, paths: {}, components: {} };
  for (const [path, methods] of Object.entries(operations)) {
    const known = document.paths[path];
    if (!known) throw new Error(`GitHub's description has no ${path}`);
    result.paths[path] = {};
    if (known.parameters) result.paths[path].parameters = known.parameters;
    for (const method of methods) {
      if (!known[method]) throw new Error(`GitHub's description has no ${method} ${path}`);
      result.paths[path][method] = known[method];
    }
  }
  copyReferenced(result.paths, document, result, new Set());
  fs.writeFileSync(file, JSON.stringify(result));
}
