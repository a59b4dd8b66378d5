/** `tollgate route replay` as people start it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const home = mkdtempSync(path.join(tmpdir(), 'tollgate-replay-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const heldOut = path.join(root, 'test/routing/smart/data/test.jsonl');
const pair = ['--models', 'openai/gpt-5-mini,openai/gpt-5'];

/** Without any key, and without a database. */
function replay(args: readonly string[], input = '') {
  return spawnSync(process.execPath, [path.join(root, 'src/main.ts'), 'route', 'replay', ...args], {
    cwd: home,
    env: { PATH: process.env.PATH },
    input,
    encoding: 'utf8',
    timeout: 60_000,
  });
}

function lines(...rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

describe('route replay', () => {
  it('says what each threshold saves and misroutes, and recommends one, without a key', () => {
    const { stdout, status } = replay([heldOut, ...pair, '--json']);
    expect(status).toBe(0);
    const told = JSON.parse(stdout);
    expect(told).toMatchObject({ requests: 297, labelled: 297, complex: 144, misroutedMax: 0.05 });
    expect(told.recommended.misroutedShare).toBeLessThanOrEqual(0.05);
    expect(told.recommended.savedShare).toBeGreaterThan(0.2);
    const saved = told.outcomes.map(({ savedShare }: { savedShare: number }) => savedShare);
    expect(saved).toEqual(saved.toSorted((a: number, b: number) => a - b));
  });

  it('is a table for people', () => {
    const { stdout } = replay([heldOut, ...pair, '--misrouted-max', '10%']);
    expect(stdout).toContain('THRESHOLD  TO CHEAPEST');
    expect(stdout).toMatch(/Recommended: smart: \{ thresholds: \[0\.\d+\] \}\. It saves/);
  });

  it('reads bare bodies, other dialects and standard input, and prices by the catalogue', () => {
    const input = lines(
      { messages: [{ role: 'user', content: 'Where is my parcel?' }], max_tokens: 100 },
      {
        dialect: 'anthropic',
        label: 'complex',
        outputTokens: 1000,
        body: {
          max_tokens: 2000,
          messages: [{ role: 'user', content: 'Prove the theorem and explain why it fails otherwise.' }],
        },
      },
    );
    const told = JSON.parse(replay(['-', ...pair, '--json'], input).stdout);
    expect(told).toMatchObject({ requests: 2, labelled: 1, complex: 1 });
    // 1,000 output tokens at $10 and 100 at $2 for a million, and a few of input.
    expect(told.recommended.costUsd).toBeGreaterThan(0.0102);
    expect(told.recommended.costUsd).toBeLessThan(0.0104);
  });

  it('takes targets and rules from a smart route', () => {
    const file = path.join(home, 'tollgate.yaml');
    writeFileSync(
      file,
      `routes:
  support:
    strategy: smart
    targets: [openai/gpt-5-mini, openai/gpt-5]
    smart: { rules: [{ when: { contains: [parcel] }, use: strong }] }
providers: { openai: { apiKey: sk-none } }
`,
    );
    const input = lines({ messages: [{ role: 'user', content: 'Where is my parcel?' }] });
    const told = JSON.parse(replay(['-', '--route', 'support', '--config', file, '--json'], input).stdout);
    expect(told).toMatchObject({ targets: ['openai/gpt-5-mini', 'openai/gpt-5'], rules: 1, recommended: null });
    expect(told.outcomes.map(({ cheapShare }: { cheapShare: number }) => cheapShare)).toEqual(
      told.outcomes.map(() => 0),
    );
  });

  it.each([
    ['a line that is no request', ['-', ...pair], '{"messages": 3}\n', 'Line 1 of - is no request'],
    ['a label of another kind', ['-', ...pair], lines({ label: 'hard', body: { messages: [] } }), 'Line 1 of -'],
    ['no file', ['nowhere.jsonl', ...pair], '', 'nowhere.jsonl cannot be read (ENOENT)'],
    ['no models', [heldOut], '', 'Give either --route or --models'],
    ['a model without a price', [heldOut, '--models', 'openai/gpt-5,openai/gpt-99x'], '', '"openai/gpt-99x"'],
    ['a route that is not there', [heldOut, '--route', 'nowhere'], '', 'There is no route "nowhere"'],
  ])('refuses %s with exit code 2 and a remedy', (_, args, input, words) => {
    const { status, stderr, stdout } = replay(args, input);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain('    at ');
  });
});
