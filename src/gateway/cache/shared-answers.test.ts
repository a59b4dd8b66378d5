import { describe, expect, it } from 'vitest';
import { until } from '../../../test/until.ts';
import { silentLog } from '../../lib/log.ts';
import type { CachedAnswer } from './cached-answer.ts';
import { SharedAnswers, type SharedBytes } from './shared-answers.ts';

const answer: CachedAnswer = {
  organizationId: 'org_1',
  requestId: 'req_1',
  madeAtMs: 1,
  expiresAtMs: 60_001,
  chargeNanoUsd: '80000',
  servedModel: 'oa/m',
  dropped: ['seed'],
  streamed: true,
  contentType: undefined,
  pieces: [Buffer.from('data: {"secret words"}\n\n'), Buffer.from([0, 255, 10]), Buffer.from('data: [DONE]\n\n')],
};

class Memory implements SharedBytes {
  readonly kept = new Map<string, Buffer>();
  ttlMs = 0;
  async get(name: string): Promise<Buffer | undefined> {
    return this.kept.get(name);
  }
  async set(name: string, value: Buffer, ttlMs: number): Promise<void> {
    this.kept.set(name, value);
    this.ttlMs = ttlMs;
  }
}

const open = (bytes: SharedBytes, secret = 's'.repeat(32)) =>
  new SharedAnswers({ bytes, secret, patienceMs: 25, log: silentLog });

async function kept(): Promise<Memory> {
  const memory = new Memory();
  open(memory).keep('org_1', 'aa', answer, 5_000);
  await until('the answer to be kept', () => memory.kept.size === 1);
  return memory;
}

describe('a shared answer', () => {
  it('comes back as it was, at another instance, and lives no longer than it may', async () => {
    const memory = await kept();
    expect(await open(memory).find('org_1', 'aa')).toEqual(answer);
    expect(memory.ttlMs).toBe(5_000);
  });

  it('stands under its organization, and says nothing to whoever reads the store', async () => {
    const [[name, value] = ['', Buffer.alloc(0)]] = [...(await kept()).kept];
    expect(name).toContain('org_1');
    for (const word of ['secret words', 'req_1', 'oa/m']) expect(value.includes(word)).toBe(false);
  });

  it('does not open with another secret, under another hash or for another organization, or when it was changed', async () => {
    const memory = await kept();
    const [sealed] = [...memory.kept.values()] as [Buffer];
    expect(await open(memory, 't'.repeat(32)).find('org_1', 'aa')).toBeUndefined();
    for (const [organization, hash] of [
      ['org_2', 'aa'],
      ['org_1', 'ab'],
    ] as const) {
      const [name] = [...memory.kept.keys()] as [string];
      memory.kept.set(name.replace('org_1', organization).replace(/aa$/, hash), sealed);
      expect(await open(memory).find(organization, hash)).toBeUndefined();
    }
    for (let at = 0; at < sealed.length; at += 7) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      for (const name of memory.kept.keys()) memory.kept.set(name, changed);
      expect(await open(memory).find('org_1', 'aa')).toBeUndefined();
    }
  });

  it.each<[string, SharedBytes['get']]>([
    ['is away', () => Promise.reject(new Error('away'))],
    ['never answers', () => new Promise(() => {})],
    ['has something else', async () => Buffer.from('something else')],
    ['has nothing', async () => undefined],
  ])('is none, and no error, where the store %s', async (_, get) => {
    const before = performance.now();
    expect(await open({ get, set: () => Promise.reject(new Error('away')) }).find('org_1', 'aa')).toBeUndefined();
    // A generous bound: this machine does other things too.
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it('is lost in silence where the store does not take it', () => {
    const refusing = open({ get: async () => undefined, set: () => Promise.reject(new Error('away')) });
    expect(() => refusing.keep('org_1', 'aa', answer, 5_000)).not.toThrow();
  });
});
