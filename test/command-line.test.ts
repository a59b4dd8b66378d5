/** The program as people start it: real processes, their words, their exit codes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createKey } from '../src/control/keys/keys.ts';
import { systemClock } from '../src/lib/clock.ts';
import type { Store } from '../src/store/store.ts';
import { GatewayProcess } from './harness/gateway-process.ts';
import { type TestDatabase, testDatabase } from './postgres.ts';
import { until } from './until.ts';

const root = path.resolve(import.meta.dirname, '..');
const home = mkdtempSync(path.join(tmpdir(), 'tollgate-cli-'));
const children: GatewayProcess[] = [];
let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.stop()));
});
afterAll(async () => {
  await database.close();
  rmSync(home, { recursive: true, force: true });
});

interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that ends by itself. */
async function run(args: readonly string[], env: Record<string, string> = {}, uid?: number): Promise<Result> {
  const child = spawn(process.execPath, [path.join(root, 'src/main.ts'), ...args], {
    cwd: home,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
    ...(uid !== undefined && { uid }),
  });
  const ended = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [status] = await ended;
  return { status, stdout, stderr };
}

/** Options that put a command onto the database of this test. */
function onDatabase(name: string): Record<string, string> {
  return {
    TOLLGATE_DATA_DIR: path.join(home, name),
    TOLLGATE_DATABASE_URL: database.url,
    TOLLGATE_DATABASE_SCHEMA: database.schema,
  };
}

function serve(name: string, env: Record<string, string> = {}): GatewayProcess {
  const child = new GatewayProcess(['serve', '--port', '0'], { ...onDatabase(name), ...env });
  children.push(child);
  return child;
}

function chat(port: number, key: string, model: string, stream = false): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'hello' }] }),
  });
}

/** Each test starts several processes, on however busy a machine. */
const limitMs = 120_000;

describe('a mistake of the person at the terminal is one plain sentence and an exit code, never a stack trace', {
  timeout: limitMs,
}, () => {
  const expectPlain = (result: Result, status: number, words: readonly RegExp[]) => {
    for (const word of words) expect(result.stderr).toMatch(word);
    expect(result.stderr).not.toMatch(/\n\s+at |node:internal|Error:/);
    expect(result.status).toBe(status);
  };

  it('2: an unknown setting in the file, with its line and the setting that was meant', async () => {
    const file = path.join(home, 'bad.yaml');
    writeFileSync(file, 'server:\n  prot: 7070\nredis: { url: "http://h" }\n');
    const result = await run(['serve', '--config', file]);
    expectPlain(result, 2, [/2 mistakes/, /server\.prot \(bad\.yaml:2\)/, /Did you mean server\.port\?/, /redis\.url/]);
  });

  it('2: a file that is not there, an option and a command that do not exist', async () => {
    expectPlain(await run(['--config', 'absent.yaml']), 2, [/absent\.yaml: does not exist/]);
    expectPlain(await run(['serve', '--prot', '1']), 2, [/unknown option '--prot'/]);
    expectPlain(await run(['doctr']), 2, [/"doctr" is not a command/, /Did you mean "tollgate doctor"\?/]);
    expectPlain(await run(['usage', '--since', 'soon']), 2, [/--since "soon" is not a point in time/]);
    expectPlain(await run(['models', 'mok']), 2, [/provider "mok" is not turned on/, /Did you mean mock\?/]);
  });

  it('2: a route to a model that is not in the catalogue', async () => {
    const file = path.join(home, 'route.yaml');
    writeFileSync(file, 'routes: { main: { targets: [openai/gpt-5-minni] } }\n');
    expectPlain(await run(['--config', file], { OPENAI_API_KEY: 'sk-1' }), 2, [
      /routes\.main\.targets\.0/,
      /Did you mean openai\//,
    ]);
  });

  it('3: a database that cannot be reached', async () => {
    const env = { DATABASE_URL: 'postgres://user:hush@127.0.0.1:1/x', TOLLGATE_DATA_DIR: path.join(home, 'away') };
    const result = await run(['serve', '--port', '0'], env);
    expectPlain(result, 3, [/127\.0\.0\.1:1\/x cannot be reached/, /DATABASE_URL/]);
    expect(result.stderr).not.toContain('hush');
  });

  it('4: a port that another program has, before anything else is started', async () => {
    const other = createServer((socket) => socket.destroy());
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
    });
    const dataDir = path.join(home, 'untouched');
    try {
      const child = new GatewayProcess(['serve', '--port', String(port), '--data-dir', dataDir]);
      await child.ended;
      const result = { status: child.exited?.code ?? null, stdout: child.stdout, stderr: child.stderr };
      expectPlain(result, 4, [/is used by another program/, /--port/]);
      expect(existsSync(dataDir)).toBe(false);
    } finally {
      other.close();
    }
  });

  it('4: an address that this machine does not have', async () => {
    expectPlain(await run(['serve', '--host', '192.0.2.1']), 4, [/is not an address of this machine/]);
  });

  it('5: a data directory that may not be written, or that is a file', async () => {
    const locked = path.join(home, 'locked');
    mkdirSync(locked);
    chmodSync(locked, 0o555);
    chmodSync(home, 0o755);
    // Root may write everywhere, so the command runs as somebody else then.
    const other = process.getuid?.() === 0 ? 65_534 : undefined;
    const args = ['serve', '--port', '0', '--data-dir'];
    expectPlain(await run([...args, path.join(locked, 'data')], {}, other), 5, [
      /may not be written by this user/,
      /--data-dir/,
    ]);
    writeFileSync(path.join(home, 'file'), '');
    expectPlain(await run([...args, path.join(home, 'file')]), 5, [/is a file, not a directory/]);
  });

  it('the same for programs: --json puts the mistake on stdout as an object', async () => {
    const result = await run(['models', '--json', '--config', 'absent.yaml']);
    expect(JSON.parse(result.stdout)).toMatchObject({
      error: { exitCode: 2, problems: [{ expected: 'does not exist' }] },
    });
  });
});

describe('help', { timeout: limitMs }, () => {
  it('the commands explain themselves, with exit code 0', async () => {
    const commands = [[], ['serve'], ['keys', 'create'], ['usage']];
    const results = await Promise.all(commands.map((command) => run([...command, '--help'])));
    expect(results.map(({ status }) => status)).toEqual(commands.map(() => 0));
    for (const { stdout } of results) expect(stdout).toMatch(/^Usage: tollgate/);
    expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('the reference of exit codes has every code', async () => {
    const { exitCodes } = await import('../src/commands/outcome.ts');
    const page = readFileSync(path.join(root, 'docs/reference/exit-codes.md'), 'utf8');
    const listed = [...page.matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]));
    expect(listed).toEqual(Object.values(exitCodes));
  });
});

describe('a first start', { timeout: limitMs }, () => {
  it('shows a key that works at once, what to paste, and none of it ever again', async () => {
    const first = serve('first');
    const port = await portOf(first);
    const key = await until('the key', () => /tg-[A-Za-z0-9]{46}/.exec(first.stdout)?.[0]);
    await until('the last line', () => first.stdout.includes('npx tollgate doctor'));
    expect(first.stdout).toContain(`http://127.0.0.1:${port}/v1/chat/completions`);
    expect(first.stdout).toContain(`baseURL: "http://127.0.0.1:${port}/v1"`);
    expect(first.stdout).toContain(`base_url="http://127.0.0.1:${port}/v1"`);
    expect(first.stdout).toContain(`ANTHROPIC_BASE_URL=http://127.0.0.1:${port} ANTHROPIC_AUTH_TOKEN=${key} claude`);
    expect(first.stderr).not.toContain(key);
    expect((await chat(port, key, 'mock/echo')).status).toBe(200);
    expect((await first.stop()).code).toBe(0);

    const second = serve('first');
    const again = await portOf(second);
    expect((await chat(again, key, 'mock/echo')).status).toBe(200);
    expect((await second.stop()).code).toBe(0);
    expect(second.stdout).toMatch(/^Tollgate \d+\.\d+\.\d+ is listening at http:\/\/127\.0\.0\.1:\d+\n$/);
  });

  it('the curl line can be pasted as it is', async () => {
    const gateway = serve('curl', { TOLLGATE_DATABASE_SCHEMA: `${database.schema}_curl` });
    await portOf(gateway);
    await until('the last line', () => gateway.stdout.includes('npx tollgate doctor'));
    const line = /curl[\s\S]*?'\{.*\}'/.exec(gateway.stdout)?.[0] ?? '';
    expect(JSON.parse(await runShell(line))).toMatchObject({ choices: [{ message: { content: 'Hello, Tollgate!' } }] });
    await gateway.stop();
  });
});

describe('beside a running gateway', { timeout: limitMs }, () => {
  it('keys are made, listed and revoked, and usage is shown', async () => {
    const gateway = serve('beside');
    const port = await portOf(gateway);
    const env = onDatabase('beside');
    const limits = ['--rpm', '60', '--tpm', '100000'];
    const asked = ['--models', 'mock/echo,mock/tools', '--expires', '30d', ...limits];
    const made = await run(['keys', 'create', 'ci', ...asked], env);
    const key = made.stdout.trim();
    expect(key).toMatch(/^tg-[A-Za-z0-9]{46}$/);
    await until('the key to work', async () => (await chat(port, key, 'mock/echo')).status === 200);
    expect((await chat(port, key, 'mock/lorem')).status).toBe(403);
    const listed: { name: string }[] = JSON.parse((await run(['keys', 'list', '--json'], env)).stdout);
    expect(listed.find(({ name }) => name === 'ci')).toMatchObject({
      prefix: key.slice(0, 8),
      limits: { requestsPerMinute: 60, tokensPerMinute: 100_000 },
    });
    expect((await run(['keys', 'list'], env)).stdout).toMatch(/^ci .* 60 rpm, 100000 tpm /m);
    expect((await run(['keys', 'create', 'none', '--rpm', '0'], env)).status).toBe(2);
    const rows = await until('the usage', async () => {
      const { entries } = JSON.parse(
        (await run(['usage', '--requests', '--key', 'ci', '--status', 'completed', '--json'], env)).stdout,
      );
      return entries.length > 0 && entries;
    });
    expect(rows[0]).toMatchObject({ keyName: 'ci', servedModel: 'mock/echo', httpStatus: 200 });
    expect((await run(['usage', '--by', 'key'], env)).stdout).toMatch(/^KEY .*\n(.*\n)*ci .*\n(.*\n)*total /);
    expect((await run(['keys', 'revoke', 'ci'], env)).status).toBe(0);
    await until('the key to be refused', async () => (await chat(port, key, 'mock/echo')).status === 401);
    expect((await run(['keys', 'revoke', 'ci'], env)).status).toBe(1);
  });

  it('management keys are made for every organization or for one', async () => {
    const env = onDatabase('scopes');
    const made = await run(['keys', 'create', 'ops', '--management', '--scope', 'organization', '--json'], env);
    expect(JSON.parse(made.stdout)).toMatchObject({ kind: 'management', scopes: ['organization'] });
    expect((await run(['keys', 'create', 'ops', '--management', '--scope', 'odd'], env)).status).toBe(2);
    expect((await run(['keys', 'create', 'ops', '--scope', 'operator'], env)).stderr).toContain('has no scope');
  });

  it('doctor says what is well and what is not, with a remedy', async () => {
    const gateway = serve('doctor');
    const port = await portOf(gateway);
    const env = { ...onDatabase('doctor'), TOLLGATE_SERVER_PORT: String(port) };
    const well = await run(['doctor'], env);
    expect(well.stdout).toMatch(/^ok {4}database: external Postgres/m);
    expect(well.stdout).toMatch(/^ok {4}port: Tollgate is running/m);
    expect(well.status).toBe(0);
    const broken = await run(['doctor', '--json'], {
      ...env,
      TOLLGATE_PROVIDERS_OLLAMA_BASE_URL: 'http://127.0.0.1:1/v1',
    });
    const { findings } = JSON.parse(broken.stdout);
    const provider = findings.find(({ subject }: { subject: string }) => subject === 'provider ollama');
    expect(provider).toMatchObject({ level: 'fail', remedy: expect.stringContaining('Start the server') });
    expect(broken.status).toBe(1);
  });
});

describe('the end', { timeout: limitMs }, () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: not ready at once, a running stream ends whole, exit 0',
    async (signal) => {
      const gateway = serve('drain');
      const port = await portOf(gateway);
      const key = await keyFor('drain', port);
      const response = await chat(port, key, 'mock/lorem-30-50ms', true);
      gateway.child.kill(signal);
      await until('not ready', () => readiness(port).then((status) => status === 503));
      expect(await response.text()).toMatch(/data: \[DONE\]\n\n$/);
      expect(await gateway.ended).toEqual({ code: 0, signal: null });
    },
  );

  it('what still runs after the drain time ends with a failure, is on the bill, and exit is 0', async () => {
    const gateway = serve('late', { TOLLGATE_SERVER_DRAIN_MS: '200' });
    const port = await portOf(gateway);
    const key = await keyFor('late', port);
    const response = await chat(port, key, 'mock/lorem-500-50ms', true);
    gateway.child.kill('SIGTERM');
    const answer = await response.text();
    expect(answer).toContain('"error"');
    expect(answer).not.toContain('"finish_reason":"stop"');
    expect(await gateway.ended).toEqual({ code: 0, signal: null });
    const { entries } = JSON.parse(
      (await run(['usage', '--requests', '--key', 'late', '--json'], onDatabase('late'))).stdout,
    );
    expect(entries).toMatchObject([{ status: 'failed' }]);
    expect(entries[0].outputTokens).toBeGreaterThan(0);
  });

  it('a second signal ends at once', async () => {
    const gateway = serve('twice');
    const port = await portOf(gateway);
    const key = await keyFor('twice', port);
    const response = await chat(port, key, 'mock/lorem-500-50ms', true);
    gateway.child.kill('SIGTERM');
    await until('the drain', () => gateway.stderr.includes('stopping'));
    // Signals that come within a tenth of a second of each other are one wish.
    await until('the second signal', () => {
      gateway.child.kill('SIGTERM');
      return gateway.exited;
    });
    await expect(response.text()).rejects.toThrow();
    expect(gateway.exited).toEqual({ code: 0, signal: null });
  });
});

describe('a bug', { timeout: limitMs }, () => {
  it('that nobody catches ends the process with 70 and is in the log with its stack', async () => {
    const bug = path.join(home, 'bug.mjs');
    writeFileSync(bug, `process.on('SIGUSR2', () => Promise.reject(new Error('boom')));`);
    const gateway = serve('bug', {
      NODE_OPTIONS: `--import=${bug}`,
      TOLLGATE_DATABASE_SCHEMA: `${database.schema}_bug`,
    });
    await portOf(gateway);
    gateway.child.kill('SIGUSR2');
    expect(await gateway.ended).toEqual({ code: 70, signal: null });
    // Whatever else was under way may log behind it.
    const errors = gateway.stderr.split('\n').filter((line) => line.includes('"level":"error"'));
    expect(errors.map((line) => JSON.parse(line).error)).toMatchObject([
      { message: 'boom', stack: expect.stringContaining('at ') },
    ]);
  });
});

async function portOf(gateway: GatewayProcess): Promise<number> {
  const line = await until(`the address in\n${gateway.output}`, () => {
    if (gateway.exited) throw new Error(`the gateway ended:\n${gateway.output}`);
    return /is listening at http:\/\/127\.0\.0\.1:(\d+)\n/.exec(gateway.stdout);
  });
  return Number(line[1]);
}

/** 0 when the connection was closed under the request, which a drain may do to one that was idle. */
function readiness(port: number): Promise<number> {
  return fetch(`http://127.0.0.1:${port}/ready`).then(
    ({ status }) => status,
    () => 0,
  );
}

/** A key with this name that works at the port. */
async function keyFor(name: string, port: number): Promise<string> {
  const { key } = await createKey(await store(), { name }, systemClock);
  const url = `http://127.0.0.1:${port}/v1/models`;
  await until('the key to work', async () => (await fetch(url, { headers: { 'x-api-key': key } })).status === 200);
  return key;
}

let opened: Promise<Store> | undefined;

function store(): Promise<Store> {
  opened ??= database.open();
  return opened;
}

async function runShell(line: string): Promise<string> {
  const child = spawn('sh', ['-c', line], { stdio: ['ignore', 'pipe', 'ignore'] });
  return text(child.stdout);
}
