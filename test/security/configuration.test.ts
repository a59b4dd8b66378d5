/** Holes S11 and S27: a start with a guessable secret, or with a price that would be nothing, is refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, parseConfig } from '../../src/config.ts';
import { providers } from '../../src/providers/index.ts';
import { type Rig, startRig } from '../cases/rig.ts';
import { bodyOf } from '../cases/stream-reader.ts';
import { GatewayProcess } from '../harness/gateway-process.ts';
import { answerWell } from './answers.ts';

const registry = [...providers.values()];
const mistakes = (text: string, env: Record<string, string> = {}): string[] => {
  try {
    parseConfig(text, { cwd: '/', env, registry, file: '/tollgate.yaml', flags: {} });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ path }) => path);
    throw error;
  }
};

describe('S11: a secret that is missing, empty, cut or an example is no secret', () => {
  const asKey = (value: string) => `keys: { a: { key: ${JSON.stringify(value)} } }`;
  const asProvider = (value: string) => `providers: { openai: { apiKey: ${JSON.stringify(value)} } }`;
  const examples = [
    ...[
      'changeme',
      'change-me',
      'CHANGE_ME',
      'changeme123',
      'change-this',
      'replace-me',
      'password',
      'Passw0rd',
      'password123',
    ],
    ...[
      'your-api-key',
      'YOUR_API_KEY',
      'your-api-key-here',
      'sk-your-api-key',
      'api-key-here',
      'my-secret',
      'the-master-key',
    ],
    ...[
      'sk-12345678',
      'sk-1234567890',
      '12345678',
      '1234567890',
      'tg-changeme',
      'sk-changeme',
      'test-key',
      'test-token',
    ],
    ...[
      'admin123',
      'default1',
      'example!',
      'placeholder',
      'dummy-123',
      'letmein1',
      'qwertyuiop',
      'xxxxxxxx',
      'sk-xxxxxxxx',
    ],
    ...[
      '........',
      '<your-key>',
      '<secret>',
      'sk-<key>',
      'secret123',
      'token-1234',
      'your-password-here',
      'some-api-key',
    ],
  ];

  it.each(examples)('%s for a key', (value) => {
    expect(mistakes(asKey(value))).toEqual(['keys.a.key']);
  });

  it.each([
    '',
    ' ',
    'short',
    'abcdefg',
    'with a space in it',
    'tab\tin it',
    'line\nbreak',
    'ünïcödé-key',
    'k'.repeat(257),
  ])('%j for a key', (value) => {
    expect(mistakes(asKey(value))).toEqual(['keys.a.key']);
  });

  it.each(['', ' ', 'with a space', 'line\nbreak', 'ключ', 'k'.repeat(8193)])('%j for a provider', (value) => {
    expect(mistakes(asProvider(value))).toEqual(['providers.openai.apiKey']);
  });

  it.each([
    'keys: { a: { key: "${ABSENT}" } }',
    'keys: { a: { key: "${EMPTY}" } }',
    'keys: { a: }',
    'keys: { a: { key: 12345678901 } }',
  ])('%s', (text) => {
    expect(mistakes(text, { EMPTY: '' })).toEqual(['keys.a.key']);
  });

  it('an example from the environment is one too', () => {
    expect(mistakes('keys: { a: { key: "${KEY}" } }', { KEY: 'changeme' })).toEqual(['keys.a.key']);
    expect(mistakes('keys: { a: }', { TOLLGATE_KEYS_A_KEY: 'changeme' })).toEqual(['keys.a.key']);
  });

  it('keys that somebody made are taken', () => {
    for (const value of [
      'tg-3KqkZ8aYcV1x',
      'ci-7f3e9b2c51d04a68',
      'correct-horse-battery',
      'my-keyboard-is-broken-9q',
    ]) {
      expect(mistakes(asKey(value)), value).toEqual([]);
    }
  });

  it('the process ends by itself, with its exit code, before it listens, and shows nothing of the value', async () => {
    const home = mkdtempSync(join(tmpdir(), 'tollgate-s11-'));
    try {
      const file = join(home, 'tollgate.yaml');
      writeFileSync(file, `server: { port: 0 }\ndataDir: ${home}/data\n${asKey('sk-changeme')}\n`);
      const startedAt = performance.now();
      const child = new GatewayProcess(['serve', '--config', file]);
      const exit = await child.ended;
      expect(exit.code).toBe(2);
      // Three seconds on a machine of its own; this one has other work.
      expect(performance.now() - startedAt).toBeLessThan(25_000);
      expect(child.stderr).toContain('keys.a.key');
      expect(child.output).not.toContain('sk-changeme');
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });

  it('nobody is let in by default: without keys, a gateway answers no one', async () => {
    const rig = await startRig({ key: { organization: { id: 'o', name: 'o', disabled: true } } });
    try {
      for (const path of ['/v1/chat/completions', '/v1/messages', '/v1/messages/count_tokens']) {
        for (const authorization of [
          '',
          'Bearer ',
          'Bearer undefined',
          'Bearer null',
          'Bearer sk-1234',
          'Basic cm9vdDoxMjM0NTY=',
        ]) {
          expect((await rig.post(path, '{}', { authorization })).status).toBe(401);
        }
      }
    } finally {
      await rig.close();
    }
  });
});

describe('S27: what has no price is not called', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig({ upstream: { script: answerWell }, models: { unpriced: { price: null } } });
  });
  afterAll(() => rig.close());

  it.each(['chat', 'messages'] as const)(
    'at the %s door: 503 with the remedy, and no provider is asked',
    async (door) => {
      for (const provider of ['oa', 'an']) {
        for (const stream of [false, true]) {
          const answer = await rig[door]({ ...bodyOf(door, `${provider}/unpriced`), stream });
          expect(answer.status).toBe(503);
          expect(answer.body).toContain('no price');
        }
      }
      expect(rig.upstream.calls).toEqual([]);
    },
  );

  it.each([
    '{}',
    '{ input: 1 }',
    '{ output: 1 }',
    '{ input: -1, output: 1 }',
    '{ input: .nan, output: 1 }',
    '{ input: .inf, output: 1 }',
    '{ input: free, output: 1 }',
    '{ input: "", output: 1 }',
    '{ input: null, output: 1 }',
    '{ input: [1], output: 1 }',
    '{ input: 1e-9, output: 1 }',
    '{ input: 1e30, output: 1 }',
    '{ input: 1, output: 1, cachedRead: 1 }',
    '{ input: 1, output: 1, cacheRead: -0.5 }',
    '0',
    '[]',
  ])('a price of %s is a mistake, never 0', (price) => {
    expect(mistakes(`models: { openai/gpt-5: { price: ${price} } }\nproviders: { openai: { apiKey: k } }`)).not.toEqual(
      [],
    );
  });
});
