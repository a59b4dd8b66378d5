import { calcPrice } from '@pydantic/genai-prices';
import { describe, expect, it } from 'vitest';
import { noUsage } from '../llm/usage.ts';
import { chargeNanoUsd } from './charge.ts';
import { bundledPrices } from './genai-prices.ts';
import { type CatalogOptions, type CatalogProvider, loadCatalog } from './load.ts';

const nowMs = Date.UTC(2026, 10, 21, 12);
const load = (providers: readonly CatalogProvider[], overrides: CatalogOptions['overrides'] = {}) =>
  loadCatalog({ providers, overrides, nowMs });
const vendor = (id: string): CatalogProvider => ({ id, catalogId: id });

describe('prices from the bundled data', () => {
  const catalog = load(['openai', 'anthropic', 'deepseek', 'groq', 'fireworks', 'openrouter', 'mistral'].map(vendor));

  it('are exact pico-dollars', () => {
    const mini = catalog.find('openai', 'gpt-4o-mini')?.priceAt(nowMs);
    expect(mini?.input).toEqual({ base: 150_000n });
    expect(mini?.cacheRead).toEqual({ base: 75_000n });
    expect(mini?.perWebSearch).toBe(10_000_000_000n);
    const opus = catalog.find('anthropic', 'claude-opus-4-5')?.priceAt(nowMs);
    expect(opus?.cacheWrite5m).toEqual({ base: 6_250_000n });
    expect(opus?.cacheWrite1h).toEqual({ base: 10_000_000n });
  });

  it("follow Anthropic's own rule for writes of an hour, twice the input, for every model", () => {
    for (const row of bundledPrices('anthropic')) {
      const price = row.priceAt(nowMs);
      if (price?.cacheWrite1h) expect([row.name, price.cacheWrite1h.base]).toEqual([row.name, 2n * price.input.base]);
    }
  });

  it('have tiers, in the order of their thresholds', () => {
    const price = catalog.find('openai', 'gpt-5.4')?.priceAt(nowMs);
    expect(price?.input).toEqual({ base: 2_500_000n, tiers: [{ fromInputTokens: 271_999, rate: 5_000_000n }] });
    expect(price?.output.tiers).toEqual([{ fromInputTokens: 271_999, rate: 22_500_000n }]);
  });

  it('change on their day, and each version has its own name', () => {
    const model = catalog.find('anthropic', 'claude-opus-4-6');
    const day = Date.UTC(2026, 2, 13);
    const before = model?.priceAt(day - 1);
    const after = model?.priceAt(day);
    expect(before?.input.tiers).toHaveLength(1);
    expect(after?.input.tiers).toBeUndefined();
    expect(before?.id).not.toBe(after?.id);
    expect(after?.id).toMatch(/^genai-prices:anthropic\/claude-opus-4-6:[0-9a-f]{12}$/);
  });

  it('change with the hour, through midnight too', () => {
    const at = (hour: number, minute: number) =>
      catalog.find('deepseek', 'deepseek-chat')?.priceAt(Date.UTC(2025, 6, 1, hour, minute))?.input.base;
    const [day, night] = [at(12, 0), at(20, 0)];
    expect(day).not.toBe(night);
    expect([at(0, 29), at(0, 30), at(16, 29), at(16, 30)]).toEqual([night, day, day, night]);
  });

  it('have a name that says exactly these rates', () => {
    const again = load([vendor('openai')])
      .find('openai', 'gpt-5')
      ?.priceAt(nowMs);
    expect(again?.id).toBe(catalog.find('openai', 'gpt-5')?.priceAt(nowMs)?.id);
    const ids = new Map<string, string>();
    for (const id of ['openai', 'anthropic', 'x-ai', 'openrouter']) {
      for (const row of bundledPrices(id)) {
        const price = row.priceAt(nowMs);
        if (price === undefined) continue;
        const text = JSON.stringify(price, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
        expect(ids.get(price.id) ?? text).toBe(text);
        ids.set(price.id, text);
      }
    }
  });

  it('is unknown, not free, where the data has half a price or none', () => {
    expect(catalog.find('openai', 'text-embedding-3-small')?.priceAt(nowMs)).toBeUndefined();
    expect(catalog.find('openrouter', 'perplexity/sonar-deep-research')?.priceAt(nowMs)).toBeUndefined();
    expect(catalog.find('openai', 'omni-moderation-latest')?.priceAt(nowMs)).toBeUndefined();
  });

  it('is free where the vendor says so in the name', () => {
    const price = catalog.find('openrouter', 'openai/gpt-oss-20b:free')?.priceAt(nowMs);
    expect(price && chargeNanoUsd(price, { ...noUsage, input: 1000, output: 1000, cacheRead: 1000 })).toBe(0n);
  });

  it.each([
    'openai',
    'anthropic',
    'x-ai',
    'groq',
    'mistral',
    'deepseek',
    'together',
    'fireworks',
    'openrouter',
    'cerebras',
  ])('agree with calcPrice of the package itself: %s', (id) => {
    let compared = 0;
    for (const row of bundledPrices(id)) {
      const price = row.priceAt(nowMs);
      if (price === undefined || row.name === undefined) continue;
      for (const scale of [1, 300]) {
        const [input, cacheRead, written, hour, output] = [700, 200, 70, 30, 500].map((part) => part * scale);
        const usage = {
          ...noUsage,
          input,
          cacheRead,
          cacheWrite5m: written,
          cacheWrite1h: hour,
          output,
        } as typeof noUsage;
        const known = {
          cache_read_tokens: price.cacheRead && cacheRead,
          cache_write_tokens: price.cacheWrite5m && (written ?? 0) + (hour ?? 0),
        };
        const asked = {
          input_tokens: 1000 * scale,
          output_tokens: output,
          ...known,
          ...(price.cacheWrite1h && { cache_write_1h_tokens: hour }),
        };
        // Where the data has no rate for an hour of cache, the package charges a short write; this gateway more.
        if (price.cacheWrite5m && !price.cacheWrite1h) continue;
        const theirs = calcPrice(asked, row.name, { providerId: id, timestamp: new Date(nowMs) });
        expect([
          row.name,
          Math.abs(Number(chargeNanoUsd(price, usage)) / 1e9 - (theirs?.total_price ?? 0)) < 2e-9,
        ]).toEqual([row.name, true]);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(8);
  });
});

describe('names', () => {
  const catalog = load([vendor('openai'), vendor('anthropic'), vendor('fireworks')]);

  it.each([
    ['openai', 'gpt-5-2025-08-07', 'openai/gpt-5'],
    ['openai', 'gpt-4o-2024-08-06', 'openai/gpt-4o'],
    ['openai', 'gpt-5.6-sol-20260821', 'openai/gpt-5.6-sol'],
    ['anthropic', 'claude-sonnet-4-5-20250929', 'anthropic/claude-sonnet-4-5'],
    ['anthropic', 'claude-3-5-haiku-latest', 'anthropic/claude-3-5-haiku-latest'],
    ['anthropic', 'Claude-Haiku-4-5', 'anthropic/claude-haiku-4-5'],
    ['fireworks', 'accounts/fireworks/models/gpt-oss-120b', 'fireworks/gpt-oss-120b'],
  ])('%s/%s is priced as %s and goes on the wire as it was written', (provider, name, row) => {
    const model = catalog.find(provider, name);
    expect(model?.priceAt(nowMs)?.id.startsWith(`genai-prices:${row}:`)).toBe(true);
    expect(model?.target.name).toBe(name);
    expect(model?.id).toBe(`${provider}/${name}`);
  });

  it('that nobody knows are no model', () => {
    expect(catalog.find('openai', 'gpt-99')).toBeUndefined();
    expect(catalog.find('nowhere', 'gpt-5')).toBeUndefined();
    expect(catalog.find('openai', '')).toBeUndefined();
    expect(catalog.find('openai', 'gpt-5-nano-'.padEnd(5000, 'x'))).toBeUndefined();
    // The price data guesses vendors by pattern; an operator's own provider must not get a guessed price.
    expect(load([{ id: 'x', catalogId: 'my-anthropic-proxy' }]).models).toEqual([]);
  });

  it('that callers make up do not fill the memory', () => {
    const own = load([vendor('openai')]);
    for (let i = 0; i < 25_000; i++) own.find('openai', `made-up-${i}`);
    expect(own.find('openai', 'gpt-5')?.name).toBe('gpt-5');
  });

  it('are listed as the vendor takes them, once each, without patterns', () => {
    const names = catalog.models.map((model) => model.id);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('openai/gpt-5');
    expect(names).toContain('fireworks/accounts/fireworks/models/gpt-oss-120b');
    expect(names.filter((name) => name.endsWith('-'))).toEqual([]);
    expect(names.filter((name) => /embedding|tts|transcribe|realtime|image|moderation/.test(name))).toEqual([]);
    for (const model of catalog.models) expect(catalog.find(model.provider, model.name)).toBe(model);
  });
});

describe('an own provider', () => {
  it('has only its listed models and its rows', () => {
    const catalog = load([{ id: 'local', models: ['llama', 'bare'] }], {
      'local/llama': {
        price: { input: 0.1, output: '0.40', cacheRead: 0.01 },
        contextTokens: 131_072,
        outputTokensMax: 8192,
      },
      'local/more': { price: { input: 1, output: 1 } },
      'elsewhere/llama': { price: { input: 9, output: 9 } },
    });
    expect(catalog.models.map((model) => model.id)).toEqual(['local/llama', 'local/bare', 'local/more']);
    const llama = catalog.find('local', 'llama');
    expect(llama).toMatchObject({
      contextTokens: 131_072,
      outputTokensMax: 8192,
      target: { name: 'llama', outputTokensMax: 8192 },
    });
    expect(llama?.priceAt(nowMs)).toMatchObject({
      input: { base: 100_000n },
      output: { base: 400_000n },
      cacheRead: { base: 10_000n },
    });
    expect(llama?.priceAt(nowMs)?.id).toMatch(/^config:local\/llama:[0-9a-f]{12}$/);
    expect(catalog.find('local', 'bare')?.priceAt(nowMs)).toBeUndefined();
    expect(catalog.find('local', 'gpt-5')).toBeUndefined();
  });

  it('corrects a row of the price data under all its names, and leaves the rest of the row', () => {
    const catalog = load([vendor('openai')], {
      'openai/gpt-5': { price: { input: 1, output: 2 } },
      'openai/gpt-5-2025-08-07': { price: { input: 3, output: 4 } },
      'openai/gpt-4o': { outputTokensMax: 100 },
    });
    const input = (name: string) => catalog.find('openai', name)?.priceAt(nowMs)?.input.base;
    expect([input('gpt-5'), input('gpt-5-codex'), input('gpt-5-2025-08-07')]).toEqual([
      1_000_000n,
      1_000_000n,
      3_000_000n,
    ]);
    expect(catalog.find('openai', 'gpt-5')?.contextTokens).toBe(400_000);
    expect(catalog.find('openai', 'gpt-4o-2024-08-06')?.target.outputTokensMax).toBe(100);
    expect(input('gpt-4o')).toBe(2_500_000n);
  });

  it('can be told how it is asked to think, and otherwise is as the facts have it', () => {
    const catalog = load([vendor('openai'), { id: 'local', models: ['own', 'other', 'gpt-oss-20b'] }], {
      'local/own': { thinking: 'effort' },
      'openai/gpt-5': { thinking: 'none' },
    });
    const thinking = (provider: string, name: string) => catalog.find(provider, name)?.target.thinking;
    expect([thinking('local', 'own'), thinking('local', 'other'), thinking('local', 'gpt-oss-20b')]).toEqual([
      'effort',
      undefined,
      'effort',
    ]);
    expect([thinking('openai', 'gpt-5'), thinking('openai', 'o3')]).toEqual(['none', 'effort']);
  });

  it("says which of the operator's rows holds for a name: its own, or that of its model", () => {
    const catalog = load([{ id: 'openai', catalogId: 'openai' }], {
      'openai/gpt-4o': { contextTokens: 5 },
      'openai/gpt-4o-2024-08-06': { contextTokens: 6 },
    });
    const ownRow = (name: string) => catalog.find('openai', name)?.ownRow;
    expect(ownRow('gpt-4o')).toBe('openai/gpt-4o');
    expect(ownRow('gpt-4o-2024-08-06')).toBe('openai/gpt-4o-2024-08-06');
    expect(ownRow('gpt-4o-2024-11-20')).toBe('openai/gpt-4o');
    expect(ownRow('gpt-5')).toBeUndefined();
  });

  it.each([
    [{ input: 'cheap', output: 1 }, 'models.local/m.price.input: "cheap" is not a decimal number'],
    [{ input: 1, output: -1 }, 'models.local/m.price.output: -1 is negative'],
    [{ input: 1, output: 1, cacheRead: '0.0000001' }, 'models.local/m.price.cacheRead: 0.0000001 is finer'],
    [{ input: 1, output: Number.NaN }, 'models.local/m.price.output: "NaN" is not a decimal number'],
  ])('with the price %j is refused, and told where', (price, message) => {
    expect(() => load([{ id: 'local' }], { 'local/m': { price } })).toThrow(message);
  });
});

describe('vendors that take any name', () => {
  it('self-hosted ones cost nothing, unless the operator says what', () => {
    const catalog = load([{ id: 'ollama', selfHosted: true, models: ['qwen3:8b'] }], {
      'ollama/big': { price: { input: 1, output: 1 } },
    });
    expect(catalog.find('ollama', 'anything:7b')?.priceAt(nowMs)).toMatchObject({
      id: 'self-hosted',
      input: { base: 0n },
      output: { base: 0n },
    });
    expect(catalog.find('ollama', 'big')?.priceAt(nowMs)?.input.base).toBe(1_000_000n);
    expect(catalog.models.map((model) => model.id)).toEqual(['ollama/qwen3:8b', 'ollama/big']);
  });

  it('mock models cost play money', () => {
    const catalog = load([{ id: 'mock', catalogId: 'mock', models: ['echo'] }]);
    const price = catalog.find('mock', 'echo')?.priceAt(nowMs);
    expect(price && chargeNanoUsd(price, { ...noUsage, input: 1000, output: 1000 })).toBe(3_000_000n);
    expect(catalog.find('mock', 'lorem-5000')?.priceAt(nowMs)?.id).toBe(price?.id);
  });
});

describe('what else a row says', () => {
  const catalog = load(['openai', 'anthropic', 'google', 'aws', 'openrouter'].map(vendor), {
    'openai/gpt-5': { aliases: ['smart', 'gpt-default'] },
  });

  it('what a model takes in, by any of its names', () => {
    expect(catalog.find('google', 'gemini-2.5-pro')).toMatchObject({
      inputs: ['text', 'image', 'pdf', 'audio', 'video'],
      tools: true,
      contextTokens: 1_048_576,
    });
    for (const [id, name] of [
      ['anthropic', 'claude-sonnet-4-5-20250929'],
      ['openrouter', 'anthropic/claude-sonnet-4.5'],
      ['aws', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ] as const) {
      expect([name, catalog.find(id, name)?.inputs]).toEqual([name, ['text', 'image']]);
    }
  });

  it('an alias is the row itself, under its own name on the wire', () => {
    expect(catalog.find('openai', 'smart')?.id).toBe('openai/gpt-5');
    expect(catalog.find('openai', 'gpt-default')?.target.name).toBe('gpt-5');
  });

  it('more than 300 models can be listed, each with a price, most with what they take', () => {
    expect(catalog.models.length).toBeGreaterThan(300);
    expect(catalog.models.every((model) => model.priceAt(nowMs) !== undefined)).toBe(true);
    const told = catalog.models.filter((model) => (model.inputs?.length ?? 0) > 0 && model.contextTokens);
    expect(told.length / catalog.models.length).toBeGreaterThan(0.6);
  });
});

describe('a name that only the vendor knows', () => {
  it('is nobody, unless the operator names what it costs at most', () => {
    expect(load([vendor('openai')]).find('openai', 'brand-new-9')).toBeUndefined();
    const open = load([{ ...vendor('openai'), ceiling: { input: 20, output: 100 } }]);
    const price = open.find('openai', 'brand-new-9')?.priceAt(nowMs);
    expect(price).toMatchObject({ input: { base: 20_000_000n }, output: { base: 100_000_000n } });
    expect(price?.id).toMatch(/^config:openai\/\*:/);
    expect(open.find('openai', 'gpt-5')?.priceAt(nowMs)?.id).toMatch(/^genai-prices:/);
    expect(open.models.some(({ name }) => name === 'brand-new-9')).toBe(false);
  });
});
