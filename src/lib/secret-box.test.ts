import { createCipheriv, hash, hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type MasterKeys, SecretBox, SecretRefused } from './secret-box.ts';

const place = { kind: 'credential', organizationId: 'org_1', id: 'crd_1', more: ['openai'], formerly: 'crd_1 openai' };
const box = new SecretBox(['a master key']);

/** As the version before sealed. */
function formerly(secret: string, at: string): string {
  const key = Buffer.from(hkdfSync('sha256', 'a master key', 'tollgate', 'credentials', 32));
  const nonce = Buffer.alloc(12, 7);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(at));
  const sealed = Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return ['v1', hash('sha256', key, 'base64url').slice(0, 8), sealed.toString('base64url')].join('.');
}

/** The parts of a sealed text, those in base64 by what they stand for. */
const bytesOf = (sealed: string) =>
  sealed
    .split('.')
    .map((part, i) => (i < 2 ? part : Buffer.from(part, 'base64url').toString('hex')))
    .join('.');

describe('a sealed secret', () => {
  it('opens at its place, and shows nothing of itself', () => {
    const sealed = box.seal('sk-secret-ü', place);
    expect(sealed).not.toContain('secret');
    expect(box.open(sealed, place)).toBe('sk-secret-ü');
    expect(box.seal('sk-secret-ü', place)).not.toBe(sealed);
  });

  it.each([
    ['record', { ...place, id: 'crd_2' }],
    ['organization', { ...place, organizationId: 'org_2' }],
    ['organization, of none', { ...place, organizationId: null }],
    ['kind', { ...place, kind: 'webhook' }],
    ['provider', { ...place, more: ['anthropic'] }],
  ])('is refused in the place of another %s', (_, other) => {
    expect(() => box.open(box.seal('sk-secret', place), other)).toThrow(/moved/);
  });

  it('is refused with the data key of another record', () => {
    const [form, name, , body] = box.seal('sk-one', place).split('.');
    const [, , key] = box.seal('sk-two', { ...place, id: 'crd_2' }).split('.');
    expect(() => box.open([form, name, key, body].join('.'), place)).toThrow(SecretRefused);
    // Nor with that of the same record from another time.
    const [, , earlier] = box.seal('sk-zero', place).split('.');
    expect(() => box.open([form, name, earlier, body].join('.'), place)).toThrow(SecretRefused);
  });

  it('is refused with any of its characters changed, and cut at any length', () => {
    const sealed = box.seal('sk-secret', place);
    for (let i = 0; i < sealed.length; i++) {
      const other = sealed[i] === 'A' ? 'B' : 'A';
      const changed = sealed.slice(0, i) + other + sealed.slice(i + 1);
      // The last character of base64 may have bits that say nothing.
      if (bytesOf(changed) === bytesOf(sealed)) continue;
      expect(() => box.open(changed, place), `at ${i}`).toThrow(SecretRefused);
    }
    for (let length = 0; length < sealed.length - 1; length++)
      expect(() => box.open(sealed.slice(0, length), place)).toThrow(SecretRefused);
  });

  it('of the form before opens, and is sealed anew in this one', () => {
    const former = formerly('sk-former', 'crd_1 openai');
    expect(box.open(former, place)).toBe('sk-former');
    expect(() => box.open(former, { ...place, formerly: 'crd_2 openai' })).toThrow(SecretRefused);
    const anew = box.rewrap(former, place);
    expect(anew.startsWith(box.currentPrefix)).toBe(true);
    expect(box.open(anew, place)).toBe('sk-former');
  });
});

describe('a new master key', () => {
  const next = new SecretBox(['a new key', 'a master key']);

  it('opens what the one before sealed, and wraps it anew without touching the secret', () => {
    const sealed = box.seal('sk-secret', place);
    const rewrapped = next.rewrap(sealed, place);
    expect(next.open(sealed, place)).toBe('sk-secret');
    expect(rewrapped.split('.')[3]).toBe(sealed.split('.')[3]);
    expect(new SecretBox(['a new key']).open(rewrapped, place)).toBe('sk-secret');
    expect(() => box.open(rewrapped, place)).toThrow(/not known/);
  });

  it('makes nothing new of what was changed', () => {
    const sealed = box.seal('sk-secret', place);
    expect(() => next.rewrap(sealed, { ...place, id: 'crd_2' })).toThrow(SecretRefused);
    const body = sealed.split('.')[3] ?? '';
    const broken = `${sealed.slice(0, -body.length)}${Buffer.alloc(40).toString('base64url')}`;
    expect(() => next.rewrap(broken, place)).toThrow(SecretRefused);
  });

  it('that another process has put beside is read when something is sealed under it', () => {
    let file: MasterKeys = ['a master key'];
    const running = new SecretBox(file, () => file);
    file = ['a new key', 'a master key'];
    expect(running.open(next.seal('sk-secret', place), place)).toBe('sk-secret');
    expect(running.keyName).toBe(next.keyName);
  });

  it('says of an unknown one that it is unknown, which a change is not', () => {
    const sealed = next.seal('sk-secret', place);
    const refusal = (work: () => unknown) => {
      try {
        work();
        return undefined;
      } catch (error) {
        return error as SecretRefused;
      }
    };
    expect(refusal(() => box.open(sealed, place))?.isUnknownKey).toBe(true);
    expect(refusal(() => next.open(sealed, { ...place, id: 'x' }))?.isUnknownKey).toBe(false);
  });
});
