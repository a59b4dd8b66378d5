/**
 * Serves the built dashboard at /dashboard/, from memory. Everything a page may load comes from here: the content policy
 * names no other host, no inline script and no inline style, and makes Trusted Types obligatory.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type BuiltFile, type Encoding, readBuilt } from './files.ts';

export interface Dashboard {
  /** Whether this request is for the dashboard; it is answered then. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
}

const root = '/dashboard/';

/** https://www.w3.org/TR/CSP3/ and https://w3c.github.io/trusted-types/dist/spec/ */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  // What somebody puts into the playground is shown from memory.
  "img-src 'self' data: blob:",
  "media-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const guards = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** `directory`: dashboard/dist. Where it is missing, pages say how to build it. */
export function openDashboard(directory: string): Dashboard {
  const files = readBuilt(directory);
  return {
    handle(request, response) {
      const target = request.url ?? '/';
      const end = target.search(/[?#]/);
      const path = end === -1 ? target : target.slice(0, end);
      if (path !== '/' && path !== '/dashboard' && !path.startsWith(root)) return false;
      // Nobody reads a body here.
      request.resume();
      if (!path.startsWith(root)) redirect(response, end === -1 ? '' : target.slice(end));
      else if (request.method !== 'GET' && request.method !== 'HEAD') refuse(response, 405, { allow: 'GET, HEAD' });
      else serve(files, path.slice(root.length), request, response);
      return true;
    },
  };
}

/** To a path of this host, whatever the rest was. */
function redirect(response: ServerResponse, search: string): void {
  response.writeHead(302, { ...guards, location: `${root}${search}`, 'cache-control': 'no-store' }).end();
}

function serve(
  files: ReadonlyMap<string, BuiltFile>,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const index = files.get('index.html');
  if (index === undefined) return refuse(response, 503, {}, notBuilt);
  // Every other address is a page's: the program in index.html knows which.
  const file = files.get(name) ?? (noPage.test(name) ? undefined : index);
  if (file === undefined) return refuse(response, 404);
  const headers = {
    ...guards,
    'content-type': file.type,
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: file.etag,
    vary: 'accept-encoding',
    ...(file.type.startsWith('text/html') && { 'content-security-policy': contentPolicy }),
  };
  if (request.headers['if-none-match'] === file.etag) return void response.writeHead(304, headers).end();
  const encoding = bestEncoding(file, request.headers['accept-encoding']);
  const body = (encoding && file.encoded[encoding]) ?? file.body;
  response.writeHead(200, {
    ...headers,
    'content-length': body.length,
    ...(encoding && { 'content-encoding': encoding }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** A file of the build that is not there, or a name that no page has. A page's last part may hold a dot: `llama.cpp`. */
const noPage = /^assets\/|(^|\/)\.|^[^/]+\.\w+$/;

/** Brotli where it is there and asked for, else gzip. What is asked for with q=0 is not asked for. */
function bestEncoding(file: BuiltFile, accepted: string | string[] | undefined): Encoding | undefined {
  const asked = String(accepted ?? '');
  const encodings: readonly Encoding[] = ['br', 'gzip'];
  return encodings.find(
    (each) =>
      file.encoded[each] !== undefined && new RegExp(`(^|[, ])${each}(?!;\\s*q=0(\\.0*)?\\s*(,|$))`).test(asked),
  );
}

const notBuilt = 'The dashboard is not built. Run `npm run dashboard:build`, and start again.\n';

function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}, text = ''): void {
  const type = 'text/plain; charset=utf-8';
  response.writeHead(status, { ...guards, 'content-type': type, 'cache-control': 'no-store', ...headers });
  response.end(text || (status === 404 ? 'There is no such file.\n' : 'Only GET and HEAD are taken here.\n'));
}
