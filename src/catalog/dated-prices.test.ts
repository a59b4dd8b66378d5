import { describe, expect, it } from 'vitest';
import { loadCatalog } from './load.ts';
import { priceFromOverride } from './price.ts';

const nowMs = Date.UTC(2026, 10, 21, 12);
const hourMs = 3_600_000;
const openai = { id: 'openai', catalogId: 'openai' };

function load(row: Parameters<typeof loadCatalog>[0]['overrides'][string]) {
  const found = loadCatalog({ providers: [openai], overrides: { 'openai/gpt-5': row }, nowMs }).find('openai', 'gpt-5');
  if (found === undefined) throw new Error('the catalogue has no gpt-5');
  return found;
}

describe('prices with a time', () => {
  const version = priceFromOverride('openai/gpt-5', { input: 3, output: 9 }, 'api:openai/gpt-5');
  const next = priceFromOverride('openai/gpt-5', { input: 4, output: 9 }, 'api:openai/gpt-5');

  it('hold from their time on, and until then it costs what it did', () => {
    const model = load({ datedPrices: [{ startsAtMs: nowMs + hourMs, version }] });
    expect(model.priceAt(nowMs)?.id).toMatch(/^genai-prices:/);
    expect(model.priceAt(nowMs + hourMs - 1)?.id).toMatch(/^genai-prices:/);
    expect(model.priceAt(nowMs + hourMs)).toBe(version);
    expect(model.operationPriceAt?.(nowMs + hourMs)).toBe(version);
  });

  it('give way to the next one, and have a name that says whose they are and which', () => {
    const model = load({
      datedPrices: [
        { startsAtMs: nowMs - hourMs, version },
        { startsAtMs: nowMs + hourMs, version: next },
      ],
    });
    expect([model.priceAt(nowMs), model.priceAt(nowMs + hourMs)]).toEqual([version, next]);
    expect(version.id).toMatch(/^api:openai\/gpt-5:[0-9a-f]{12}$/);
    expect(version.id).not.toBe(next.id);
  });

  it('leave the rest of the row as it is', () => {
    const model = load({ datedPrices: [{ startsAtMs: 0, version }], inputs: ['text'], tools: false });
    expect([model.contextTokens, model.inputs, model.tools]).toEqual([400_000, ['text'], false]);
  });
});
