/** scripts/prepare.mjs, in a project of its own that depends on nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';

let project: string;

beforeEach(() => {
  project = mkdtempSync(path.join(tmpdir(), 'tollgate-prepare-'));
  mkdirSync(path.join(project, 'scripts'));
  copyFileSync(path.resolve(import.meta.dirname, '../scripts/prepare.mjs'), path.join(project, 'scripts/prepare.mjs'));
  write('package.json', { name: 'empty', version: '1.0.0' });
  lock({ '': { name: 'empty', version: '1.0.0' } });
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

function write(name: string, value: unknown): void {
  writeFileSync(path.join(project, name), JSON.stringify(value));
}

function lock(packages: Record<string, unknown>): void {
  write('package-lock.json', { name: 'empty', version: '1.0.0', lockfileVersion: 3, requires: true, packages });
}

async function prepare(): Promise<{ code: number; said: string }> {
  const child = spawn(process.execPath, [path.join(project, 'scripts/prepare.mjs')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, HOME: project, npm_config_offline: 'true' },
  });
  const ended = once(child, 'close');
  const said = await text(child.stderr);
  const [code] = await ended;
  return { code, said };
}

it('installs once when two start at the same time, and says nothing when there is nothing to do', async () => {
  const both = await Promise.all([prepare(), prepare()]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(both.filter(({ said }) => said.includes('Installing'))).toHaveLength(1);
  expect(readFileSync(path.join(project, 'node_modules/.tollgate-lock-hash'), 'utf8')).toMatch(/^[0-9a-f]{64}$/);
  expect(await prepare()).toEqual({ code: 0, said: '' });
});

it('takes over from an installation whose process is gone', async () => {
  mkdirSync(path.join(project, '.cache/prepare.lock'), { recursive: true });
  writeFileSync(path.join(project, '.cache/prepare.lock/pid'), '2147483646');
  expect((await prepare()).code).toBe(0);
  expect(statSync(path.join(project, '.cache/prepare.lock'), { throwIfNoEntry: false })).toBeUndefined();
});

it('an installation that npm refuses is a sentence and exit code 1, and is tried again next time', async () => {
  write('package.json', { name: 'empty', version: '1.0.0', dependencies: { 'not-in-the-lock-file': '1.0.0' } });
  const first = await prepare();
  expect(first.said).toMatch(/Installing failed \(npm ended with 1\)\. Check the network/);
  expect(first.code).toBe(1);
  write('package.json', { name: 'empty', version: '1.0.0' });
  expect((await prepare()).code).toBe(0);
});
