/** The two commands as people type them. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeVendor, fakeKey, startFakeVendor } from './fake-vendor.ts';

const root = path.resolve(import.meta.dirname, '../..');

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(cwd: string, command: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env } });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.once('error', reject).once('close', (code) => resolve({ code, out, err }));
  });
}

const conformance = (args: readonly string[], env: Record<string, string> = {}) =>
  run(root, process.execPath, ['conformance/main.ts', ...args], env);

describe('npm run conformance', () => {
  let vendor: FakeVendor;
  beforeAll(async () => {
    vendor = await startFakeVendor({ noUsage: true });
  });
  afterAll(() => vendor.close());

  it('ends with 0 when nothing failed, and prints the table or JSON', async () => {
    const only = ['--vendor', 'mock', '--model', 'echo', '--only', 'text', '--caller', 'anthropic'];
    const table = await conformance(only);
    expect(table).toMatchObject({ code: 0, err: '' });
    expect(table.out).toMatch(/^text +pass$/m);
    const json = await conformance([...only, '--json']);
    expect(JSON.parse(json.out)).toMatchObject({
      results: [{ case: 'text', dialect: 'anthropic', outcome: { state: 'pass' } }, { case: 'text, streamed' }],
    });
  });

  it('ends with 1 when something failed, at any address', async () => {
    const { code, out } = await conformance([
      '--url',
      vendor.url,
      '--key',
      fakeKey,
      '--model',
      'obedient',
      '--only',
      'usage',
    ]);
    expect(code).toBe(1);
    expect(out).toContain('FAIL  usage, openai-chat: ');
    expect(out).not.toContain(fakeKey);
  });

  it('tries a vendor with the key of its own variable at an address that is told', async () => {
    const args = [
      '--vendor',
      'groq',
      '--url',
      vendor.url,
      '--model',
      'obedient',
      '--only',
      'text',
      '--caller',
      'anthropic',
    ];
    expect(await conformance(args, { GROQ_API_KEY: fakeKey })).toMatchObject({ code: 0 });
  });

  it.each([
    [['--vendor', 'groq', '--model', 'm'], 'GROQ_API_KEY'],
    [['--vendor', 'azure', '--model', 'm', '--key', 'k'], 'AZURE_RESOURCE_NAME'],
    [['--vendor', 'nobody', '--model', 'm'], 'nobody'],
    [['--vendor', 'mock', '--model', 'm', '--caller', 'klingon'], 'openai-chat'],
    [['--url', 'http://127.0.0.1:1', '--model', 'm', '--dialect', 'klingon'], 'openai-chat'],
    [['--vendor', 'mock'], '--model'],
  ])('ends with 2 and says what to do: %j', async (args, remedy) => {
    const { code, err } = await conformance(args);
    expect(code).toBe(2);
    expect(err).toContain(remedy);
  });
});

describe('npm run new:vendor', () => {
  const acme = [
    '--id',
    'acme-ai',
    '--name',
    'Acme AI',
    '--base-url',
    'https://api.acme.example/v1/',
    '--env',
    'ACME_API_KEY',
  ];
  let copy: string;
  beforeAll(() => {
    const parent = mkdtempSync(path.join(tmpdir(), 'new-vendor-'));
    copy = path.join(parent, 'copy');
    const parts = [
      'client',
      'src',
      'test',
      'scripts',
      'conformance',
      'docs',
      'package.json',
      'tsconfig.json',
      'biome.json',
    ];
    for (const part of [...parts, 'vitest.config.ts', '.gitignore'])
      cpSync(path.join(root, part), path.join(copy, part), { recursive: true });
    symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  });
  afterAll(() => rmSync(path.dirname(copy), { recursive: true, force: true }));

  const newVendor = (args: readonly string[]) => run(copy, process.execPath, ['conformance/new-vendor.ts', ...args]);
  const read = (file: string) => readFileSync(path.join(copy, file), 'utf8');

  it('refuses what would be no vendor, and writes nothing', async () => {
    const index = read('src/providers/index.ts');
    for (const [args, remedy] of [
      [acme.slice(2), '--id ID'],
      [['--id', 'groq', ...acme.slice(2)], 'is there already'],
      [['--id', '../x', ...acme.slice(2)], 'lower-case letters'],
      [[...acme, '--base-url', 'http://api.acme.example'], 'https://'],
      [[...acme, '--env', 'acme'], 'ACME_API_KEY'],
      [[...acme, '--name', "A'; evil"], 'without quotes'],
      [[...acme, '--dialect', 'klingon'], 'openai-chat'],
    ] as const) {
      const { code, err } = await newVendor(args);
      expect(code).toBe(2);
      expect(err).toContain(remedy);
    }
    expect(read('src/providers/index.ts')).toBe(index);
  });

  it('writes a vendor that type-checks, keeps the rules and has its row', { timeout: 120_000 }, async () => {
    expect(await newVendor(acme)).toMatchObject({ code: 0, err: '' });
    expect(read('src/providers/acme-ai.ts')).toContain("baseUrl: 'https://api.acme.example/v1',");
    expect(read('src/providers/index.ts')).toMatch(/import \{ acmeAi \} from '\.\/acme-ai\.ts';[\s\S]*^ {2}acmeAi,$/m);
    expect(read('docs/reference/providers.md')).toContain('| `acme-ai` | [Acme AI]');
    expect(JSON.parse(read('test/fixtures/vendors/acme-ai.json'))).toEqual({ provider: 'acme-ai', exchanges: [] });
    const bin = (name: string) => path.join('node_modules', '.bin', name);
    const types = await run(copy, bin('tsc'), ['--noEmit', '-p', '.']);
    expect(types.out.split('\n').filter((line) => line.includes('acme'))).toEqual([]);
    const style = await run(copy, bin('biome'), ['check', 'src/providers/acme-ai.ts', 'src/providers/index.ts']);
    expect(style.code).toBe(0);
    const rules = await run(copy, bin('vitest'), [
      'run',
      'test/providers.test.ts',
      'test/vendor-recordings.test.ts',
      '-t',
      'acme-ai',
    ]);
    expect(rules.out).toMatch(/Tests .*\d+ passed/);
    expect(rules.code).toBe(0);
  });
});
