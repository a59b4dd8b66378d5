/** What people at a terminal get wrong, and machines too: plain words, an exit code, no stack, no secret. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from './postgres.ts';

const main = path.resolve(import.meta.dirname, '../src/main.ts');
const home = mkdtempSync(path.join(tmpdir(), 'tollgate-mistakes-'));
let database: TestDatabase;
let env: Record<string, string>;
beforeAll(async () => {
  database = await testDatabase();
  env = { DATABASE_URL: database.url, TOLLGATE_DATABASE_SCHEMA: database.schema };
});
afterAll(async () => {
  await database.close();
  rmSync(home, { recursive: true, force: true });
});

async function run(command: string, args: readonly string[], more: Record<string, string> = {}) {
  const child = spawn(command, args, {
    cwd: home,
    env: { PATH: process.env.PATH, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 25_000,
    killSignal: 'SIGKILL',
  });
  const ended = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(stderr).not.toMatch(/\n\s+at |node:internal|Error:/);
  const [status] = await ended;
  return { status, stdout, stderr };
}
const tollgate = (args: readonly string[], more?: Record<string, string>) =>
  run(process.execPath, [main, ...args], more);

describe('doctor', () => {
  it('outlives providers whose answers it does not read to the end', async () => {
    const provider = createServer((_request, answer) => answer.writeHead(200).write('{"data": ['));
    await once(provider.listen(0, '127.0.0.1'), 'listening');
    const baseUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`;
    try {
      const { stdout } = await tollgate(['doctor'], { ...env, TOLLGATE_PROVIDERS_OLLAMA_BASE_URL: baseUrl });
      expect(stdout).toMatch(/^ok {4}provider ollama: .* answers \(200, \d+ ms\)\.$/m);
    } finally {
      provider.closeAllConnections();
      provider.close();
    }
  });

  it('finds the route to nowhere that would keep the gateway from starting', async () => {
    writeFileSync(path.join(home, 'nowhere.yaml'), 'routes: { main: { targets: [openai/gpt-5-minni] } }\n');
    const { stdout, status } = await tollgate(['doctor', '--config', 'nowhere.yaml'], {
      ...env,
      OPENAI_API_KEY: 'sk-1',
    });
    expect(stdout).toMatch(
      /^fail {2}configuration: routes\.main\.targets\.0: names openai\/gpt-5-minni, which is not in the/m,
    );
    expect(status).toBe(1);
  });
});

describe('places', () => {
  it('a directory that cannot be made is refused, not tried for ever', async () => {
    const { stderr, status } = await tollgate(['keys', 'list', '--data-dir', '/proc/tollgate/data']);
    expect(stderr).toMatch(/^The data directory \/proc\/tollgate\/data cannot be made there\. Choose another dataDir/);
    expect(status).toBe(5);
  });

  it('a directory that was removed under the command is named', async () => {
    const gone = path.join(home, 'gone');
    mkdirSync(gone);
    const script = 'cd "$1" && rmdir "$1" && exec "$2" "$3" models';
    const { stderr, status } = await run('sh', ['-c', script, 'sh', gone, process.execPath, main]);
    expect(stderr).toBe('The directory that this was started in does not exist any more. Change to another one.\n');
    expect(status).toBe(1);
  });

  it('a command on another database leaves nothing behind', async () => {
    const dataDir = path.join(home, 'nothing');
    expect((await tollgate(['keys', 'list', '--data-dir', dataDir], env)).status).toBe(0);
    expect(existsSync(dataDir)).toBe(false);
  });
});

describe('options', () => {
  it('--json also tells programs of an option that does not exist, and of one that is missing', async () => {
    const results = [await tollgate(['usage', '--json', '--bogus']), await tollgate(['keys', 'create', '--json'])];
    expect(results.map(({ status }) => status)).toEqual([2, 2]);
    expect(results.map(({ stdout }) => JSON.parse(stdout).error)).toMatchObject([
      { exitCode: 2, message: "unknown option '--bogus'" },
      { exitCode: 2, message: "missing required argument 'name'" },
    ]);
  });

  it.each(['0', '-1', '1.5', 'many', '9999999'])('--requests %s is refused by its own rule', async (count) => {
    const { stderr, status } = await tollgate(['usage', '--requests', count], env);
    expect(stderr).toContain(`--requests "${count}" is not a number of requests. Write a whole number from 1 to`);
    expect(status).toBe(2);
  });

  it('--requests takes more than one page', async () => {
    expect((await tollgate(['usage', '--requests', '5000', '--json'], env)).stdout).toBe('{\n  "entries": []\n}\n');
  });

  it('a port that is none is told in words of the command line', async () => {
    expect((await tollgate(['serve', '--port', '99999'])).stderr).toMatch(
      /server\.port \(command line\).*Correct the option\./,
    );
  });
});
