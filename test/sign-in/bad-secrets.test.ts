/** A secret that somebody could guess is refused before anything listens, in a sentence that says what to do. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { providers } from '../../src/providers/index.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'tollgate-secrets-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const good = 'wPq8Zr2LhV6yTnXc1GmKd9SfJb4RuEoA';

function load(tree: object): unknown {
  const file = path.join(directory, 'tollgate.yaml');
  writeFileSync(file, JSON.stringify(tree));
  return loadConfig({ file, cwd: directory, env: {}, registry: [...providers.values()], flags: {} });
}

const masterKey = (value: unknown) => ({ secrets: { masterKey: value } });
const oidc = (change: object) => ({
  signIn: {
    oidc: {
      corp: {
        issuer: 'https://id.example.com',
        clientId: 'x',
        clientSecret: 'long enough'.replace(' ', ''),
        ...change,
      },
    },
  },
});

const bad: readonly (readonly [string, object])[] = [
  ['a dot', masterKey('.')],
  ['a word', masterKey('secret')],
  ['31 characters', masterKey(good.slice(1))],
  ['with a space', masterKey(`${good} x`)],
  ['with a line break', masterKey(`${good}\n`)],
  ['not ASCII', masterKey(`${good}ü`)],
  ['a number', masterKey(12_345_678_901_234_567n.toString().length)],
  ['null in a list', masterKey([good])],
  ['true', masterKey(true)],
  ['one letter', masterKey('a'.repeat(32))],
  ['zeros', masterKey('0'.repeat(64))],
  ['two letters in turn', masterKey('ab'.repeat(16))],
  ['a short word again and again', masterKey('hunter42'.repeat(5))],
  ['few letters', masterKey('aabbccddaabbccdeaabbccddaabbccde')],
  ['digits in order', masterKey('01234567890123456789012345678901')],
  ['digits in order, then more', masterKey(`1234567890${good}`)],
  ['letters in order', masterKey('abcdefghijklmnopqrstuvwxyz012345')],
  ['change me', masterKey('change-me-to-something-long-and-random')],
  ['changeme', masterKey('CHANGEME_CHANGEME_CHANGEME_12345')],
  ['change this', masterKey('please_change_this_to_a_real_key')],
  ['replace me', masterKey('REPLACE_ME_WITH_A_RANDOM_SECRET!')],
  ['replace with', masterKey('replace-with-openssl-rand-hex-32')],
  ['an example', masterKey('this-is-an-example-key-do-not-use')],
  ['a placeholder', masterKey('<placeholder-for-your-long-value>')],
  ['your secret', masterKey('your-secret-goes-here-32-characters')],
  ['your key', masterKey('your_key_of_at_least_32_characters')],
  ['my secret', masterKey('my-secret-that-nobody-will-guess1')],
  ['super secret', masterKey('super-secret-thing-of-32-letters!')],
  ['master key', masterKey('a-master-key-with-enough-letters!')],
  ['secret key', masterKey('secret_key_for_development_only_1')],
  ['password', masterKey('Password123!Password456!Passw0rd')],
  ['default', masterKey('default-value-shipped-with-compose')],
  ['insecure', masterKey('django-insecure-8f7d6s5a4q3w2e1r0')],
  ['dummy', masterKey('dummy-value-for-continuous-builds')],
  ['a sample', masterKey('sample-of-a-rather-long-text-1234')],
  ['a keyboard row', masterKey('qwertyuiopasdfghjklzxcvbnm123456')],
  ['a to-do', masterKey('TODO-generate-before-we-go-live-1')],
  ['too long', masterKey('x1Y2'.repeat(300))],
  ['an oidc secret that is empty', oidc({ clientSecret: '' })],
  ['an oidc secret that is short', oidc({ clientSecret: 'short' })],
  ['an oidc provider without a secret', oidc({ clientSecret: undefined })],
  ['an oidc provider without an issuer', oidc({ issuer: undefined })],
  ['an issuer that is no address', oidc({ issuer: 'id.example.com' })],
];

describe('a bad secret', () => {
  it('has been tried in at least forty forms', () => expect(bad.length).toBeGreaterThanOrEqual(40));

  it.each(bad)('is refused: %s', (_, tree) => {
    expect(() => load(tree)).toThrow(/masterKey|oidc/);
  });

  it('is not what openssl makes', () => {
    const made = [
      good,
      'f3b1c9d27a604e58b2c6d9013e7f4a85',
      '8f14e45fceea167a5a36dedd4bea2543',
      'q0LxV+2mYt9/ZrN8Wc4JdK1sPb6TgHu3EaRfOiXy7Dk=',
    ];
    for (const value of made) expect(() => load(masterKey(value)), value).not.toThrow();
  });

  it('is not an empty one, which is none: then one is made at random, and kept', () => {
    expect(load(masterKey(''))).toMatchObject({ secrets: { previousMasterKeys: [] } });
    expect(load(masterKey(''))).not.toHaveProperty('secrets.masterKey', '');
  });

  it('ends the process with an error before it listens, without saying the secret', () => {
    const file = path.join(directory, 'bad.yaml');
    writeFileSync(
      file,
      JSON.stringify({ ...masterKey('change-me-to-something-long-and-random'), server: { port: 0 } }),
    );
    const main = path.resolve(import.meta.dirname, '../../src/main.ts');
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'serve', '--config', file], {
      encoding: 'utf8',
    });
    expect(status).toBeGreaterThan(0);
    expect(stdout).not.toContain('listening');
    expect(stderr).toMatch(/secrets\.masterKey.*openssl rand/s);
    expect(stderr).not.toContain('something-long-and-random');
  });
});
