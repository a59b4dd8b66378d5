/** What a browser loads before the first page is there: index.html's own, what it imports at once, and the shell. Gzipped. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bytesMax = 250_000;
const dist = fileURLToPath(new URL('../dashboard/dist', import.meta.url));
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
const files = new Set();
for (const start of ['index.html', 'src/app/shell.tsx']) follow(start);

let total = 0;
for (const file of files) {
  const path = join(dist, file);
  total += statSync(existsSync(`${path}.gz`) ? `${path}.gz` : path).size;
}
const kB = (bytes) => `${(bytes / 1_000).toFixed(1)} kB`;
process.stdout.write(`The dashboard loads ${kB(total)} gzipped at first, of ${kB(bytesMax)} allowed.\n`);
if (total > bytesMax) process.exitCode = 1;

function follow(name) {
  const chunk = manifest[name];
  if (chunk === undefined) throw new Error(`${name} is not in the build; was it renamed?`);
  if (files.has(chunk.file)) return;
  for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
  for (const each of chunk.imports ?? []) follow(each);
}
