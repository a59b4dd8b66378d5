import { describe, expect, it } from 'vitest';
import { noUsage } from '../llm/usage.ts';
import { chargeNanoUsd } from './charge.ts';
import { loadCatalog } from './load.ts';
import { priceFromOverride } from './price.ts';

const nowMs = Date.UTC(2026, 10, 21);
const catalog = loadCatalog({ providers: [{ id: 'openai', catalogId: 'openai' }], overrides: {}, nowMs });
const model = (name: string) => catalog.find('openai', name);
const charge = (name: string, usage: Partial<typeof noUsage>) => {
  const price = model(name)?.operationPriceAt?.(nowMs);
  return price && chargeNanoUsd(price, { ...noUsage, ...usage });
};

describe('a price of which only some rates are known', () => {
  it('is enough for an operation that uses nothing else, and none for a chat', () => {
    expect(model('text-embedding-3-small')?.priceAt(nowMs)).toBeUndefined();
    expect(model('whisper-1')?.priceAt(nowMs)).toBeUndefined();
    // $0.02 a million tokens; $0.006 a minute.
    expect(charge('text-embedding-3-small', { input: 1_000_000 })).toBe(20_000_000n);
    expect(charge('whisper-1', { audioSeconds: 60 })).toBe(6_000_000n);
  });

  it('is the whole price where all rates are known', () => {
    const known = model('gpt-5');
    expect(known?.operationPriceAt?.(nowMs)?.id).toBe(known?.priceAt(nowMs)?.id);
  });

  it('charges output that it does not know as input, never nothing', () => {
    expect(charge('text-embedding-3-small', { output: 1_000_000 })).toBe(20_000_000n);
  });
});

it("a picture's tokens cost their own rate: text and pictures in, pictures out", () => {
  // $5 text, $8 pictures in, $32 pictures out, a million.
  const usage = { input: 300, imageInput: 200, output: 1000, imageOutput: 1000 };
  expect(charge('gpt-image-1.5', usage)).toBe(500_000n + 1_600_000n + 32_000_000n);
});

it("an operator's prices by the piece are exact", () => {
  const pieces = { perImage: 0.04, perAudioSecond: '0.0001', perMillionCharacters: 15, perSearch: 0.002 };
  const price = priceFromOverride('x/y', { input: 0, output: 0, ...pieces });
  const used = { ...noUsage, images: 2, audioSeconds: 3, characters: 1000, searches: 1 };
  expect(chargeNanoUsd(price, used)).toBe(80_000_000n + 300_000n + 15_000_000n + 2_000_000n);
});
