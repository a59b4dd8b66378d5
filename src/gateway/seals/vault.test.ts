import { describe, expect, it } from 'vitest';
import type { Clock } from '../../lib/clock.ts';
import { SealVault } from './vault.ts';

const hourMs = 3_600_000;

function fixture(limits: { ttlMs?: number; bytesMax?: number } = {}) {
  let now = 0;
  const clock: Clock = { nowMs: () => now, monotonicMs: () => now };
  const vault = new SealVault({ ttlMs: 24 * hourMs, bytesMax: 100_000, ...limits }, clock);
  return { vault, pass: (ms: number) => (now += ms) };
}

describe('the vault', () => {
  it('gives back what was kept, under the same name only', () => {
    const { vault } = fixture();
    vault.keep('acme', 'call', 'toolu_1', 'signed thinking');
    expect(vault.find('acme', 'call', 'toolu_1')).toBe('signed thinking');
    expect(vault.find('acme', 'call', 'toolu_2')).toBeUndefined();
    expect(vault.find('acme', 'conversation', 'toolu_1')).toBeUndefined();
  });

  it('never gives it to another organization, whatever that calls its calls', () => {
    const { vault } = fixture();
    vault.keep('acme', 'call', 'toolu_1', 'signed thinking');
    for (const other of ['', 'acm', 'acme ', 'evil', 'acme","call']) {
      expect(vault.find(other, 'call', 'toolu_1')).toBeUndefined();
      vault.keep(other, 'call', 'toolu_1', 'theirs');
    }
    expect(vault.find('acme', 'call', 'toolu_1')).toBe('signed thinking');
  });

  it('holds nothing that can be read in its memory', () => {
    const { vault } = fixture();
    vault.keep('acme', 'call', 'toolu_1', 'signed thinking');
    const seen = JSON.stringify(vault, (_key, value) => (value instanceof Map ? [...value] : value));
    expect(seen).not.toContain('signed');
    expect(vault.bytes).toBeGreaterThan('signed thinking'.length);
  });

  it('forgets a day after the last use', () => {
    const { vault, pass } = fixture();
    vault.keep('acme', 'call', 'used', 'a');
    vault.keep('acme', 'call', 'idle', 'b');
    pass(20 * hourMs);
    expect(vault.find('acme', 'call', 'used')).toBe('a');
    pass(20 * hourMs);
    expect(vault.find('acme', 'call', 'idle')).toBeUndefined();
    expect(vault.find('acme', 'call', 'used')).toBe('a');
    pass(25 * hourMs);
    expect(vault.find('acme', 'call', 'used')).toBeUndefined();
    expect(vault.size).toBe(0);
    expect(vault.bytes).toBe(0);
  });

  it('stays within its memory: the least recently used goes first', () => {
    const { vault } = fixture({ bytesMax: 20_000 });
    for (let i = 0; i < 500; i++) {
      vault.keep('acme', 'call', `call_${i}`, 'x'.repeat(500));
      expect(vault.find('acme', 'call', 'call_0')).toBe('x'.repeat(500));
      expect(vault.bytes).toBeLessThanOrEqual(20_000);
    }
    expect(vault.find('acme', 'call', 'call_499')).toBeDefined();
    expect(vault.find('acme', 'call', 'call_1')).toBeUndefined();
  });

  it('keeps nothing that alone is too large, and nothing at all with no memory', () => {
    const { vault } = fixture({ bytesMax: 0 });
    vault.keep('acme', 'call', 'a', 'x');
    expect(vault.size).toBe(0);
    expect(vault.holdsAny('acme', 'call')).toBe(false);
  });

  it('knows at once who has nothing in it', () => {
    const { vault } = fixture();
    vault.keep('acme', 'call', 'a', 'x');
    vault.keep('acme', 'call', 'a', 'y');
    expect([
      vault.holdsAny('acme', 'call'),
      vault.holdsAny('acme', 'conversation'),
      vault.holdsAny('b', 'call'),
    ]).toEqual([true, false, false]);
    vault.drop('acme', 'call', 'a');
    expect(vault.holdsAny('acme', 'call')).toBe(false);
  });
});
