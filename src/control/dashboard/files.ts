/** The built dashboard, read once: what is not in this map is not served, whatever a path says. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export type Encoding = 'br' | 'gzip';

export interface BuiltFile {
  readonly type: string;
  readonly etag: string;
  readonly body: Buffer;
  /** The same, smaller, as the build left it beside the file. */
  readonly encoded: Readonly<Partial<Record<Encoding, Buffer>>>;
  /** Its name changes with what is in it. */
  readonly immutable: boolean;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};
const endings: readonly (readonly [Encoding, string])[] = [
  ['br', '.br'],
  ['gzip', '.gz'],
];

/** By their paths in the directory, with `/`. Empty where nothing is built. */
export function readBuilt(directory: string): ReadonlyMap<string, BuiltFile> {
  if (!existsSync(path.join(directory, 'index.html'))) return new Map();
  const names = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((name) => types[path.extname(name)] !== undefined && !name.startsWith('.'));
  return new Map(names.map((name) => [name, readFile(directory, name)]));
}

function readFile(directory: string, name: string): BuiltFile {
  const file = path.join(directory, name);
  const body = readFileSync(file);
  const encoded: Partial<Record<Encoding, Buffer>> = {};
  for (const [encoding, ending] of endings) {
    if (existsSync(file + ending)) encoded[encoding] = readFileSync(file + ending);
  }
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const type = types[path.extname(name)] ?? 'application/octet-stream';
  return { type, etag, body, encoded, immutable: name.startsWith('assets/') };
}
