import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noUsage, type Usage } from '../llm/usage.ts';
import type { OperationPrice, Rate } from './catalog.ts';
import { chargePicoUsd } from './charge.ts';
import { chargeLines } from './charge-lines.ts';

const pico = fc.bigInt({ min: 0n, max: 10n ** 12n });
const rate: fc.Arbitrary<Rate> = fc.oneof(
  pico.map((base) => ({ base })),
  fc.tuple(pico, pico).map(([base, above]) => ({ base, tiers: [{ fromInputTokens: 500, rate: above }] })),
);
const rates = ['input', 'output', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const;
const media = ['audioInput', 'audioOutput', 'imageInput', 'imageOutput'] as const;
const pieces = ['perRequest', 'perWebSearch', 'perImage', 'perAudioSecond', 'perCharacter', 'perSearch'] as const;
const price: fc.Arbitrary<OperationPrice> = fc
  .record(
    {
      id: fc.constant('p'),
      ...Object.fromEntries([...rates, ...media].map((name) => [name, rate])),
      ...Object.fromEntries(pieces.map((name) => [name, pico])),
    },
    { requiredKeys: ['id'] },
  )
  .map((made) => made as OperationPrice);
const usage: fc.Arbitrary<Usage> = fc
  .record(Object.fromEntries(Object.keys(noUsage).map((name) => [name, fc.integer({ min: 0, max: 2_000 })])))
  .map((made) => made as unknown as Usage);

describe('a charge line by line', () => {
  it('sums to the charge, whatever has a price and whatever was used', () => {
    fc.assert(
      fc.property(price, usage, (by, used) => {
        const sum = chargeLines(by, used).reduce((total, { amountPicoUsd }) => total + amountPicoUsd, 0n);
        expect(sum).toBe(chargePicoUsd(by, used));
      }),
      { numRuns: 2_000 },
    );
  });

  it('says nothing of what was not used', () => {
    const by = { id: 'p', input: { base: 5n }, output: { base: 10n } };
    expect(chargeLines(by, { ...noUsage, input: 2, output: 3 })).toEqual([
      { kind: 'input', units: 2, ratePicoUsd: 5n, amountPicoUsd: 10n },
      { kind: 'output', units: 3, ratePicoUsd: 10n, amountPicoUsd: 30n },
    ]);
  });
});
