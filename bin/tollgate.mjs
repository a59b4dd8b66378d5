#!/usr/bin/env node
/**
 * `npx tollgate <command>`. In a package it runs dist/main.js. In a checkout it runs src/main.ts as it is, with a Node
 * that can: this one when it is new enough, else the one in node_modules, which is installed first if need be.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'src', 'main.ts');
const [major, minor] = process.versions.node.split('.').map(Number);
const isNewEnough = major > 22 || (major === 22 && minor >= 19);

if (!existsSync(source)) {
  if (!isNewEnough) stop(`Tollgate needs Node 22.19 or newer; this is ${process.version}. See https://nodejs.org.`);
  await import(pathToFileURL(join(root, 'dist', 'main.js')).href);
} else {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'prepare.mjs')], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  // Halves the start of a command. In the checkout, not in the temporary directory, where others could write code to run.
  const compiled = join(root, '.cache', 'compiled');
  if (isNewEnough) {
    module.enableCompileCache(compiled);
    await import(pathToFileURL(source).href);
  } else await runWithOtherNode({ ...process.env, NODE_COMPILE_CACHE: compiled });
}

async function runWithOtherNode(env) {
  const { goodNode } = await import('../scripts/prepare.mjs');
  const child = spawn(goodNode(), [source, ...process.argv.slice(2)], { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => stop(`Tollgate could not be started: ${error.message}.`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

function stop(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
