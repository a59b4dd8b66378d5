/**
 * Golden bills: the usage objects that vendors really sent, in the bills of `golden-bills.jsonl`, each line of them
 * written out. A bill is checked twice: its arithmetic, by schoolbook sums over what vendors publish; and what the product
 * charges for the recorded bytes, through the dialect's reader and the price in force at the time, to the nano-dollar.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chargeNanoUsd } from '../../src/catalog/charge.ts';
import { type CatalogProvider, loadCatalog } from '../../src/catalog/load.ts';
import type { DialectId } from '../../src/llm/chat.ts';
import { noUsage, type Usage } from '../../src/llm/usage.ts';
import { providers } from '../../src/providers/index.ts';
import { endsOf } from '../bedrock/messages.ts';
import { loadRecording, type Recording, recordingsExist } from '../fakes/recording.ts';
import { decode } from '../golden/bedrock-converse/event-stream.ts';
import { dataOf, framesOf } from '../recorded/frames.ts';
import { dialectOf } from '../recorded/streams.ts';
import { type Rates, vendors } from './vendor-rates.ts';

interface Bill {
  readonly recording: string;
  readonly provider: string;
  readonly model: string;
  readonly at: string;
  /** `input 587 x 3 / 1000000`: a count, its price in dollars, and for how many. */
  readonly bill: readonly string[];
  readonly usd: string;
}

const file = new URL('golden-bills.jsonl', import.meta.url);
const bills = readFileSync(file, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Bill);

/** Vendors of the recordings by the product's names for them. */
const vendorIds: Readonly<Record<string, string>> = { gemini: 'google', 'bedrock-mantle': 'bedrock' };
const catalog = loadCatalog({
  providers: [...Object.keys(vendors), 'alibaba', 'cerebras', 'perplexity', 'zai'].map((id): CatalogProvider => {
    const { catalogId, alsoPricedAs } = providers.get(vendorIds[id] ?? id) ?? {};
    return { id, catalogId, alsoPricedAs };
  }),
  overrides: {},
  nowMs: Date.parse('2026-11-21T12:00:00Z'),
});

/** Decimal text as a whole number of 10^-12. */
function pico(decimal: string): bigint {
  const [whole = '', fraction = ''] = decimal.split('.');
  return BigInt(whole + fraction.padEnd(12, '0'));
}

/** Nano-dollars, half up; no number with a point in it is calculated with. */
function sumOf(lines: readonly string[]): bigint {
  const millionths = lines.reduce((sum, line) => {
    const [, count = '', price = '', unit = ''] = /^\w+ (\d+) x ([\d.]+) \/ (\d+)$/.exec(line) ?? [];
    return sum + BigInt(count) * pico(price) * (1_000_000n / BigInt(unit));
  }, 0n);
  const nano = 1_000_000_000n;
  return (millionths + nano / 2n) / nano;
}

/** The vendor's rates at that time and for a prompt of that size. */
function ratesOf({ provider, model, at, bill }: Bill): Rates {
  const found = vendors[provider]?.models[model];
  const list = found === undefined ? [] : [found].flat();
  const time = at.slice(11, 19);
  const holds = ({ from = '', hours }: Rates) =>
    at.slice(0, 10) >= from && (hours === undefined || hours.some(([start, end]) => start <= time && time < end));
  const rates = list.findLast(holds);
  if (rates === undefined) throw new Error(`nobody wrote down what ${provider}/${model} costs`);
  const prompt = bill
    .filter((line) => /^(input|audioInput|cache)/.test(line))
    .map((line) => Number(line.split(' ')[1]));
  const total = prompt.reduce((sum, tokens) => sum + tokens, 0);
  return rates.above !== undefined && total > rates.above[0] ? rates.above[1] : rates;
}

describe.each(bills.map((bill) => [bill.recording, bill] as const))('%s', (_, bill) => {
  it('is billed at what its vendor publishes, and adds up', () => {
    const rates = ratesOf(bill);
    for (const line of bill.bill) {
      const [kind = '', , , price = '', , unit] = line.split(' ');
      const published = rates[kind as 'input'] ?? (kind.startsWith('cache') ? rates.input : undefined);
      expect([kind, price, unit]).toEqual([kind, published, kind === 'webSearches' ? '1000' : '1000000']);
    }
    expect(sumOf(bill.bill)).toBe(pico(bill.usd) / 1_000n);
  });

  it.runIf(recordingsExist)('is charged exactly that', () => {
    const { usage } = usageOf(loadRecording(bill.recording));
    const atMs = Date.parse(bill.at);
    const price = catalog.find(bill.provider, bill.model)?.priceAt(atMs);
    if (price === undefined) throw new Error(`${bill.provider}/${bill.model} has no price`);
    expect(chargeNanoUsd(price, usage)).toBe(pico(bill.usd) / 1_000n);
  });
});

const dialects: Readonly<Record<string, DialectId>> = {
  'openai-chat': 'openai-chat',
  'anthropic-messages': 'anthropic',
  'openai-responses': 'openai-responses',
  'gemini-generateContent': 'gemini',
  'gemini-streamGenerateContent': 'gemini',
  'bedrock-converse': 'bedrock-converse',
  'bedrock-converse-stream': 'bedrock-converse',
};

/** As the dialect's readers have it: of a whole answer, or of a stream that is watched. */
function usageOf(kept: Recording): { usage: Usage; flags: readonly string[] } {
  const id = dialects[kept.dialect];
  if (id === undefined) throw new Error(`no dialect reads ${kept.dialect}`);
  const dialect = dialectOf(id);
  if (kept.kind === 'json') {
    const read = dialect.readUsage(JSON.parse(kept.response.toString('utf8')));
    return { usage: { ...noUsage, ...read?.usage }, flags: read?.flags ?? [] };
  }
  const tap = dialect.tap();
  for (const [event, data] of eventsOf(id, kept.response)) tap.frame(event, data);
  return { usage: { ...noUsage, ...tap.usage }, flags: tap.usageFlags };
}

function eventsOf(id: DialectId, body: Buffer): readonly (readonly [string, Buffer])[] {
  if (id === 'bedrock-converse') {
    const frames = endsOf(body).map((end, i, ends) => body.subarray(ends[i - 1] ?? 0, end));
    return frames.flatMap(decode).map((message) => [message.type, Buffer.from(JSON.stringify(message.body))] as const);
  }
  return framesOf(body).flatMap((frame) => {
    const event = /^event: ?(.*)$/m.exec(frame.toString('utf8'))?.[1]?.trim() ?? '';
    const data = dataOf(frame);
    return data === undefined ? [] : [[event, Buffer.from(data)] as const];
  });
}

describe('a model whose price nobody wrote down, or only half of it', () => {
  // Perplexity's depends on how much it searched, Cerebras has an empty row, the others have none.
  it.each([
    ['perplexity', 'sonar'],
    ['perplexity', 'sonar-reasoning-pro'],
    ['cerebras', 'qwen-3-coder-480b'],
    ['zai', 'glm-4.7'],
    ['alibaba', 'qwen3-max'],
    ['azure', 'openllmetry-testing'],
  ])('has none, so it is refused or capped, not free: %s/%s', (vendor, model) => {
    expect(catalog.find(vendor, model)?.priceAt(Date.parse('2026-11-21T12:00:00Z'))).toBeUndefined();
  });
});

describe.runIf(recordingsExist)('an answer of another service tier', () => {
  it.each([
    ['openai-responses', 'priority', 'tier-unpriced:priority'],
    ['gemini-streamGenerateContent', 'ON_DEMAND_FLEX', 'tier-unpriced:flex'],
  ])('%s says %s, and is flagged', (dialect, word, flag) => {
    const found = bills
      .map(({ recording }) => loadRecording(recording))
      .filter((kept) => kept.dialect === dialect && kept.response.includes(`"${word}"`));
    expect(found).toHaveLength(1);
    for (const kept of found) expect(usageOf(kept).flags).toContain(flag);
  });

  it('of the standard one is not', () => {
    const flagged = bills.filter(({ recording }) => {
      const kept = loadRecording(recording);
      const isOther = /"(priority|ON_DEMAND_FLEX|PROVISIONED_THROUGHPUT)"/.test(kept.response.toString('latin1'));
      return !isOther && usageOf(kept).flags.some((told) => told.startsWith('tier-unpriced:'));
    });
    expect(flagged).toEqual([]);
  });
});

describe('a long prompt changes the price at the vendor’s own threshold', () => {
  const at = Date.parse('2026-01-15T12:00:00Z');
  /** Input and output in dollars for a million, below and above; the largest prompt at the lower price. */
  const tiers = [
    ['anthropic', 'claude-sonnet-4-5', ['3', '15'], ['6', '22.50'], 200_000],
    ['gemini', 'gemini-2.5-pro', ['1.25', '10'], ['2.50', '15'], 200_000],
    ['gemini', 'gemini-3-pro-preview', ['2', '12'], ['4', '18'], 200_000],
    ['openai', 'gpt-5.4', ['2.50', '15'], ['5', '22.50'], 271_999],
    ['openai', 'gpt-5.5', ['5', '30'], ['10', '45'], 271_999],
    ['openrouter', 'openai/gpt-5.4', ['2.50', '15'], ['5', '22.50'], 272_000],
    ['xai', 'grok-4.3', ['1.25', '2.50'], ['2.50', '5'], 199_999],
    ['gemini', 'gemini-1.5-flash', ['0.075', '0.30'], ['0.15', '0.60'], 128_000],
  ] as const;
  const shapes = [
    ['all of it new', (tokens: number) => ({ input: tokens })],
    ['half of it from the cache', (tokens: number) => ({ input: tokens - 100_000, cacheRead: 100_000 })],
  ] as const;

  it.each(tiers)('%s/%s', (vendor, model, below, above, last) => {
    const price = catalog.find(vendor, model)?.priceAt(at);
    if (price === undefined) throw new Error('no price');
    for (const [, prompt] of shapes) {
      for (const step of [-1, 0, 1]) {
        const usage = { ...noUsage, ...prompt(last + step), output: 1_000 };
        const [input, output] = step > 0 ? above : below;
        const cached =
          usage.cacheRead === 0
            ? []
            : [`cacheRead ${usage.cacheRead} x ${cachedRate(vendor, model, step > 0)} / 1000000`];
        const lines = [`input ${usage.input} x ${input} / 1000000`, ...cached, `output 1000 x ${output} / 1000000`];
        expect([step, chargeNanoUsd(price, usage)]).toEqual([step, sumOf(lines)]);
      }
    }
  });

  const cachedRates: Readonly<Record<string, readonly [string, string]>> = {
    'claude-sonnet-4-5': ['0.30', '0.60'],
    'gemini-2.5-pro': ['0.125', '0.25'],
    'gemini-3-pro-preview': ['0.20', '0.40'],
    'gpt-5.4': ['0.25', '0.50'],
    'gpt-5.5': ['0.50', '1'],
    'openai/gpt-5.4': ['0.25', '0.50'],
    'grok-4.3': ['0.20', '0.40'],
    'gemini-1.5-flash': ['0.01875', '0.0375'],
  };
  const cachedRate = (_vendor: string, model: string, isAbove: boolean) => cachedRates[model]?.[isAbove ? 1 : 0];
});

it('case 123: every name that is listed has a price, and so has each of its dated names', () => {
  const nowMs = Date.parse('2026-11-21T12:00:00Z');
  const unpriced = catalog.models.filter(({ priceAt }) => priceAt(nowMs) === undefined).map(({ id }) => id);
  expect([catalog.models.length > 200, unpriced]).toEqual([true, []]);
  const openai = catalog.models.filter(({ provider }) => provider === 'openai');
  const dated = openai.flatMap(({ name }) => {
    const found = catalog.find('openai', `${name}-2026-01-01`);
    return found === undefined || found.priceAt(nowMs) !== undefined ? [] : [name];
  });
  expect(dated).toEqual([]);
});

it('case 123: an answer of nothing costs its prompt, and a refusal what it says', () => {
  const price = catalog.find('anthropic', 'claude-haiku-4-5-20251001')?.priceAt(Date.parse('2026-11-21T12:00:00Z'));
  if (price === undefined) throw new Error('no price');
  expect(chargeNanoUsd(price, { ...noUsage, input: 10 })).toBe(sumOf(['input 10 x 1 / 1000000']));
  expect(chargeNanoUsd(price, { ...noUsage, input: 10, output: 1 })).toBe(
    sumOf(['input 10 x 1 / 1000000', 'output 1 x 5 / 1000000']),
  );
  // One write of each kind and a read: 7 x $1.25 + 7 x $2 + 7 x $0.10.
  expect(chargeNanoUsd(price, { ...noUsage, cacheWrite5m: 7, cacheWrite1h: 7, cacheRead: 7 })).toBe(
    sumOf(['cacheWrite5m 7 x 1.25 / 1000000', 'cacheWrite1h 7 x 2 / 1000000', 'cacheRead 7 x 0.10 / 1000000']),
  );
});
