import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseUsd, picoUsdPerPiece, picoUsdPerToken } from '../lib/money.ts';
import { noUsage, type Usage } from '../llm/usage.ts';
import type { PriceVersion, Rate } from './catalog.ts';
import { chargeNanoUsd, chargePicoUsd, unpricedKinds } from './charge.ts';
import { loadCatalog } from './load.ts';

const rate = (usd: string): Rate => ({ base: picoUsdPerToken(usd) });
const price = (rates: Partial<PriceVersion>): PriceVersion => ({
  id: 'test',
  input: rate('3'),
  output: rate('15'),
  ...rates,
});
const used = (usage: Partial<Usage>): Usage => ({ ...noUsage, ...usage });

describe('bills that providers wrote themselves', () => {
  const nowMs = Date.UTC(2026, 10, 21);
  const vendors = ['xai', 'openrouter'];
  const catalog = loadCatalog({
    providers: vendors.map((id) => ({ id, catalogId: id === 'xai' ? 'x-ai' : id })),
    overrides: {},
    nowMs,
  });
  const bill = (provider: string, model: string, usage: Partial<Usage>) => {
    const version = catalog.find(provider, model)?.priceAt(nowMs);
    return version && chargeNanoUsd(version, used(usage));
  };

  // `cost_in_usd_ticks` of openai-chat/xai and openai-responses/xai: ten billion ticks are a dollar.
  it.each([
    ['stream--xai-text', 1, 11, 291, 1_466_250n],
    ['stream--xai-tool-call', 1, 290, 222, 1_330_500n],
  ])('xAI: %s', (_, input, cacheRead, output, ticks) => {
    expect(bill('xai', 'grok-3-mini', { input, cacheRead, output })).toBe(ticks / 10n);
  });

  // `usage.cost` of openai-chat/openrouter.
  it.each([
    ['anthropic/claude-haiku-4.5', 701, 98, '0.001191'],
    ['anthropic/claude-haiku-4.5', 626, 106, '0.001156'],
    ['anthropic/claude-sonnet-4.6', 254, 5, '0.000837'],
  ])('OpenRouter: %s, %i in and %i out', (model, input, output, cost) => {
    expect(bill('openrouter', model, { input, output })).toBe(parseUsd(cost));
  });
});

describe('bills computed by hand, for recorded usage', () => {
  const sonnet5 = price({
    input: rate('2'),
    output: rate('10'),
    cacheRead: rate('0.2'),
    cacheWrite5m: rate('2.5'),
    cacheWrite1h: rate('4'),
    perWebSearch: picoUsdPerPiece(10),
  });
  const sonnet45: PriceVersion = price({
    input: { base: picoUsdPerToken(3), tiers: [{ fromInputTokens: 200_000, rate: picoUsdPerToken(6) }] },
    output: { base: picoUsdPerToken(15), tiers: [{ fromInputTokens: 200_000, rate: picoUsdPerToken('22.5') }] },
    perWebSearch: picoUsdPerPiece(10),
  });
  const audio = price({ input: rate('2.5'), output: rate('10'), audioInput: rate('32'), audioOutput: rate('64') });
  const gpt5nano = price({ input: rate('0.05'), output: rate('0.4'), cacheRead: rate('0.005') });

  it.each<[string, PriceVersion, Partial<Usage>, string]>([
    // 4 * 2 + 290 * 10 + 14,210 * 0.2 + 426 * 2.5 = 8 + 2,900 + 2,842 + 1,065 = 6,815 millionths
    ['a cached prompt prefix', sonnet5, { input: 4, output: 290, cacheRead: 14_210, cacheWrite5m: 426 }, '0.006815'],
    // the same prefix kept for an hour: 426 * 4 instead of 426 * 2.5
    ['an hour of cache', sonnet5, { input: 4, output: 290, cacheRead: 14_210, cacheWrite1h: 426 }, '0.007454'],
    // above 200,000: 401,468 * 6 + 792 * 22.5 = 2,408,808 + 17,820 millionths, and ten searches for 10 cents
    ['a long prompt with searches', sonnet45, { input: 401_468, output: 792, webSearches: 10 }, '2.526628'],
    // 27 * 2.5 + 1 * 32 + 17 * 10 = 67.5 + 32 + 170
    ['sound in', audio, { input: 28, audioInput: 1, output: 17 }, '0.0002695'],
    // 22 * 2.5 + 6 * 10 + 12 * 64 = 55 + 60 + 768
    ['sound out', audio, { input: 22, output: 18, audioOutput: 12 }, '0.000883'],
    // 21 * 0.05 + 280 * 0.4 = 1.05 + 112; thinking is a part of the output
    ['thinking', gpt5nano, { input: 21, output: 280, thinking: 256 }, '0.00011305'],
    ['nothing', gpt5nano, {}, '0'],
    ['a refusal before any output', gpt5nano, { input: 10 }, '0.0000005'],
  ])('%s', (_, version, usage, usd) => {
    expect(chargeNanoUsd(version, used(usage))).toBe(parseUsd(usd));
  });

  it('changes tier above the threshold, counting cached input, and for every token', () => {
    const at = (input: number, cacheRead: number) => chargeNanoUsd(sonnet45, used({ input, cacheRead, output: 10 }));
    const below = 199_999n * 3000n + 10n * 15_000n;
    expect(at(199_999, 0)).toBe(below);
    expect(at(200_000, 0)).toBe(below + 3000n);
    expect(at(200_001, 0)).toBe(200_001n * 6000n + 10n * 22_500n);
    // No rate for cache reads: they cost as input, and count for the tier.
    expect(at(1, 199_999)).toBe(below + 3000n);
    expect(at(1, 200_000)).toBe(200_001n * 6000n + 10n * 22_500n);
  });

  it('takes the highest of several tiers that is passed', () => {
    const tiers = [10, 20].map((fromInputTokens) => ({ fromInputTokens, rate: BigInt(fromInputTokens) * 1000n }));
    const version = price({ input: { base: 1000n, tiers }, output: { base: 0n } });
    expect([10, 11, 20, 21].map((input) => chargeNanoUsd(version, used({ input })))).toEqual([10n, 110n, 200n, 420n]);
  });
});

describe('a kind without a rate', () => {
  const plain = price({});
  const withWrites = price({ cacheWrite5m: rate('3.75') });

  it('is never free: cache reads and writes cost as input', () => {
    for (const kind of ['cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const) {
      expect(chargeNanoUsd(plain, used({ [kind]: 7 }))).toBe(7n * 3000n);
    }
  });

  it('a write of an hour costs twice the input where writes have a price, and never less than a short one', () => {
    expect(chargeNanoUsd(withWrites, used({ cacheWrite1h: 7 }))).toBe(7n * 6000n);
    expect(chargeNanoUsd(price({ cacheWrite5m: rate('9') }), used({ cacheWrite1h: 7 }))).toBe(7n * 9000n);
  });

  it('sound costs as text', () => {
    expect(chargeNanoUsd(plain, used({ input: 5, audioInput: 5, output: 5, audioOutput: 5 }))).toBe(90_000n);
  });

  it('is named where it was used, so that nobody takes it for free', () => {
    const all = used({ input: 9, output: 9, webSearches: 1, audioInput: 1, audioOutput: 1, imageOutput: 1 });
    const kinds = ['webSearches', 'audioInput', 'audioOutput', 'imageOutput'].map((kind) => `unpriced:${kind}`);
    expect(unpricedKinds(plain, all)).toEqual(kinds);
    expect(unpricedKinds(plain, used({ input: 9, output: 9 }))).toEqual([]);
    const whole = price({ audioInput: rate('1'), audioOutput: rate('1'), imageOutput: rate('1') });
    expect(unpricedKinds({ ...whole, perWebSearch: 0n }, all)).toEqual([]);
    // A price by the request has its searches in it.
    expect(unpricedKinds({ ...whole, perRequest: 1n }, all)).toEqual([]);
    expect(unpricedKinds(price({ input: rate('0'), output: rate('0') }), all)).toEqual([]);
  });

  it('more sound than tokens is not believed', () => {
    const version = price({ audioInput: rate('32') });
    expect(chargeNanoUsd(version, used({ input: 5, audioInput: 500 }))).toBe(5n * 32_000n);
  });
});

const anyRate = fc.record({
  base: fc.bigInt({ min: 0n, max: 10n ** 9n }),
  steps: fc.array(fc.tuple(fc.nat(300_000), fc.bigInt({ min: 0n, max: 10n ** 9n })), { maxLength: 3 }),
});
/** Rates that grow from tier to tier, as all known ones do. */
const tiered = anyRate.map(({ base, steps }): Rate => {
  let rateNow = base;
  const tiers = [...steps]
    .sort(([a], [b]) => a - b)
    .map(([fromInputTokens, more]) => {
      rateNow += more;
      return { fromInputTokens, rate: rateNow };
    });
  return { base, tiers };
});
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const piece = maybe(fc.bigInt({ min: 0n, max: 10n ** 12n }));
const version: fc.Arbitrary<PriceVersion> = fc.record({
  id: fc.constant('any'),
  input: tiered,
  output: tiered,
  cacheRead: maybe(tiered),
  cacheWrite5m: maybe(tiered),
  cacheWrite1h: maybe(tiered),
  audioInput: maybe(tiered),
  audioOutput: maybe(tiered),
  imageInput: maybe(tiered),
  imageOutput: maybe(tiered),
  perRequest: piece,
  perWebSearch: piece,
  perImage: piece,
  perAudioSecond: piece,
  perCharacter: piece,
  perSearch: piece,
});
const count = fc.oneof(fc.nat(10), fc.nat(400_000), fc.nat(100_000_000));
const usage: fc.Arbitrary<Usage> = fc
  .record({
    input: count,
    output: count,
    cacheRead: count,
    cacheWrite5m: count,
    cacheWrite1h: count,
    webSearches: fc.nat(20),
    images: fc.nat(20),
    audioSeconds: fc.nat(10_000),
    characters: fc.nat(10_000),
    searches: fc.nat(20),
  })
  .chain((kinds) =>
    fc
      .record({
        ...{ audioInput: fc.nat(kinds.input), audioOutput: fc.nat(kinds.output), thinking: fc.nat(kinds.output) },
        ...{ imageInput: fc.nat(kinds.input), imageOutput: fc.nat(kinds.output) },
      })
      .map((parts) => ({
        ...kinds,
        ...parts,
        imageInput: Math.min(parts.imageInput, kinds.input - parts.audioInput),
        imageOutput: Math.min(parts.imageOutput, kinds.output - parts.audioOutput),
      })),
  );

describe('chargeNanoUsd', () => {
  it('is what a schoolbook sum says', () => {
    const rateOf = (item: Rate, total: number) => {
      let chosen = item.base;
      for (const tier of item.tiers ?? []) if (total > tier.fromInputTokens) chosen = tier.rate;
      return chosen;
    };
    fc.assert(
      fc.property(version, usage, (item, counts) => {
        const total = counts.input + counts.cacheRead + counts.cacheWrite5m + counts.cacheWrite1h;
        const input = rateOf(item.input, total);
        const write5m = item.cacheWrite5m && rateOf(item.cacheWrite5m, total);
        const double = write5m !== undefined && write5m > 2n * input ? write5m : 2n * input;
        const lines: [number, bigint][] = [
          [counts.input - counts.audioInput - counts.imageInput, input],
          [counts.audioInput, item.audioInput ? rateOf(item.audioInput, total) : input],
          [counts.imageInput, item.imageInput ? rateOf(item.imageInput, total) : input],
          [counts.output - counts.audioOutput - counts.imageOutput, rateOf(item.output, total)],
          [counts.audioOutput, rateOf(item.audioOutput ?? item.output, total)],
          [counts.imageOutput, rateOf(item.imageOutput ?? item.output, total)],
          [counts.images, item.perImage ?? 0n],
          [counts.audioSeconds, item.perAudioSecond ?? 0n],
          [counts.characters, item.perCharacter ?? 0n],
          [counts.searches, item.perSearch ?? 0n],
          [counts.cacheRead, item.cacheRead ? rateOf(item.cacheRead, total) : input],
          [counts.cacheWrite5m, write5m ?? input],
          [
            counts.cacheWrite1h,
            item.cacheWrite1h ? rateOf(item.cacheWrite1h, total) : write5m === undefined ? input : double,
          ],
          [counts.webSearches, item.perWebSearch ?? 0n],
          [1, item.perRequest ?? 0n],
        ];
        const pico = lines.reduce((sum, [tokens, each]) => sum + BigInt(tokens) * each, 0n);
        const rest = pico % 1000n;
        expect(chargeNanoUsd(item, counts)).toBe(pico / 1000n + (rest >= 500n ? 1n : 0n));
      }),
      { numRuns: 1000 },
    );
  });

  it('is never negative, and never falls when a kind grows', () => {
    const kinds = ['input', 'output', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h', 'webSearches'] as const;
    fc.assert(
      fc.property(version, usage, fc.constantFrom(...kinds), fc.nat(300_000), (item, counts, kind, more) => {
        const before = chargeNanoUsd(item, counts);
        expect(before).toBeGreaterThanOrEqual(0n);
        expect(chargeNanoUsd(item, { ...counts, [kind]: counts[kind] + more })).toBeGreaterThanOrEqual(before);
      }),
      { numRuns: 1000 },
    );
  });

  it('adds up: two requests apart and together differ by no more than one rounding, within a tier', () => {
    const flat = (item: PriceVersion): PriceVersion =>
      Object.fromEntries(
        Object.entries(item).flatMap(([key, part]) =>
          key === 'perRequest' ? [] : [[key, typeof part === 'object' ? { base: part.base } : part]],
        ),
      ) as unknown as PriceVersion;
    fc.assert(
      fc.property(version.map(flat), usage, usage, (item, a, b) => {
        const keys = Object.keys(noUsage) as (keyof Usage)[];
        const both = Object.fromEntries(keys.map((key) => [key, a[key] + b[key]])) as unknown as Usage;
        expect(chargePicoUsd(item, both)).toBe(chargePicoUsd(item, a) + chargePicoUsd(item, b));
        const difference = chargeNanoUsd(item, both) - chargeNanoUsd(item, a) - chargeNanoUsd(item, b);
        expect(difference >= -1n && difference <= 1n).toBe(true);
      }),
    );
  });
});
