/**
 * Price data that is newer than the package's: the same file as `@pydantic/genai-prices` publishes. What is not whole
 * and plausible is refused as a whole, and whatever was in force stays in force.
 */
import type { ModelInfo } from '@pydantic/genai-prices';
import { z } from 'zod';
import { bundledPrices, bundledVendors, type PriceData, priceData } from './genai-prices.ts';

export class FeedRefused extends Error {
  override readonly name = 'FeedRefused';
}

export interface PriceFeed {
  readonly prices: PriceData;
  readonly vendors: number;
  readonly models: number;
}

/** No model costs more for a million tokens; beyond it a unit was mistaken. */
const dollarsMax = 100_000;
/** A feed that lost more than this share of the models that the package knows is a broken one. */
const lostShareMax = 0.3;

const dollars = z.number().min(0).max(dollarsMax);
const price = z.union([
  dollars,
  z.object({ base: dollars, tiers: z.array(z.object({ start: z.number().int().min(1), price: dollars })) }),
]);
const prices = z.record(z.string(), price);
const match: z.ZodType = z.lazy(() =>
  z.union([
    z.strictObject({ or: z.array(match).min(1) }),
    z.strictObject({ and: z.array(match).min(1) }),
    z.strictObject({ regex: z.string().max(500).refine(isRegex) }),
    ...(['equals', 'starts_with', 'ends_with', 'contains'] as const).map((key) =>
      z.strictObject({ [key]: z.string().min(1) }),
    ),
  ]),
);
const date = z.string().regex(/^\d{4}-\d\d-\d\d$/);
const time = z.string().regex(/^\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/);
/** The published file leaves the type of a constraint out; the package adds it. */
const constraint = z.union([
  z.strictObject({ start_date: date, type: z.literal('start_date').default('start_date') }),
  z.strictObject({ start_time: time, end_time: time, type: z.literal('time_of_date').default('time_of_date') }),
]);
const model = z.object({
  id: z.string().min(1),
  match,
  context_window: z.number().int().positive().optional(),
  deprecated: z.boolean().optional(),
  prices: z.union([prices, z.array(z.object({ constraint: constraint.optional(), prices })).min(1)]),
});
const feed = z.array(z.object({ id: z.string().min(1), models: z.array(model) })).min(1);

/** Throws FeedRefused, which says what is wrong and where. A vendor that the feed leaves out keeps its bundled prices. */
export function readFeed(text: string): PriceFeed {
  const found = feed.safeParse(parse(text));
  if (!found.success) throw new FeedRefused(firstIssue(found.error));
  const byId = new Map(found.data.map((vendor) => [vendor.id, vendor.models as unknown as readonly ModelInfo[]]));
  refuseLosses(byId);
  const fresh = priceData((id) => byId.get(id));
  const models = [...byId.values()].reduce((sum, list) => sum + list.length, 0);
  return { prices: (id) => (byId.has(id) ? fresh(id) : bundledPrices(id)), vendors: byId.size, models };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FeedRefused('it is not JSON');
  }
}

function refuseLosses(byId: ReadonlyMap<string, readonly ModelInfo[]>): void {
  for (const [id, bundled] of bundledVendors()) {
    const models = byId.get(id);
    if (models === undefined || models.length >= bundled * (1 - lostShareMax)) continue;
    throw new FeedRefused(`it has ${models.length} models of ${id}, where ${bundled} are known`);
  }
  if (byId.size < bundledVendors().length / 2) throw new FeedRefused(`it has only ${byId.size} vendors`);
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join('.') || 'the whole'}: ${issue?.message ?? 'not a price list'}`;
}

function isRegex(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
