/**
 * Builds dashboard/ into dashboard/dist, with everything compressed beside itself. `--if-changed`: only where what it is
 * made from differs from the last time; says nothing then. Two at once are safe: each builds aside, the last one stays.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dashboard/dist');
const remembered = join(dist, '.made-from');
/** Below that, or for what is compressed already, a second copy gains nothing. */
const compressBytesMin = 1_000;
const compressed = ['.js', '.css', '.html', '.svg', '.json'];

const sources = sourceHash();
const isUpToDate = existsSync(remembered) && readFileSync(remembered, 'utf8') === sources;
if (!process.argv.includes('--if-changed') || !isUpToDate) await build();

async function build() {
  process.stderr.write('Building the dashboard (a few seconds) ...\n');
  const { build: viteBuild } = await import('vite');
  const aside = join(root, `dashboard/.build-${process.pid}`);
  try {
    await viteBuild({
      configFile: join(root, 'dashboard/vite.config.ts'),
      logLevel: 'error',
      build: { outDir: aside },
    });
    await Promise.all(filesIn(aside).map(compress));
    writeFileSync(join(aside, '.made-from'), sources);
    rmSync(dist, { recursive: true, force: true });
    renameSync(aside, dist);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

async function compress(file) {
  const body = readFileSync(file);
  if (!compressed.includes(extname(file)) || body.length < compressBytesMin) return;
  writeFileSync(`${file}.br`, await promisify(brotliCompress)(body));
  writeFileSync(`${file}.gz`, await promisify(gzip)(body, { level: 9 }));
}

/** Names and contents of all that the build reads. */
function sourceHash() {
  const hash = createHash('sha256');
  const made = ['dashboard/index.html', 'dashboard/vite.config.ts', 'package-lock.json', 'scripts/dashboard.mjs'];
  const inside = ['dashboard/src', 'dashboard/public', 'client/src'].flatMap((directory) =>
    filesIn(join(root, directory)),
  );
  for (const file of [...made.map((name) => join(root, name)), ...inside.toSorted()]) {
    if (/\.test\.tsx?$/.test(file)) continue;
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesIn(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
