/**
 * The price data of `@pydantic/genai-prices`, converted once a vendor is asked for. Its rules of matching and
 * of dated prices are followed as its own `calcPrice` has them (https://github.com/pydantic/genai-prices); its
 * arithmetic is not used, since it is in floating point.
 */
import { findProvider, type MatchLogic, type ModelInfo } from '@pydantic/genai-prices';
import type { OperationPrice, PriceVersion } from './catalog.ts';
import { type DataPrice, freePrice, operationPriceFromData, priceFromData } from './price.ts';

/** One row of the data: a model under all its names. */
export interface PricedRow {
  /** A name that the vendor itself takes; undefined where only a pattern is known (`ft:gpt-4o-2024-…`). */
  readonly name: string | undefined;
  readonly deprecated: boolean;
  readonly contextTokens: number | undefined;
  matches(lowerCaseName: string): boolean;
  priceAt(nowMs: number): PriceVersion | undefined;
  operationPriceAt(nowMs: number): OperationPrice | undefined;
}

/** The rows of a vendor in the data's order; none when the data does not know the id. */
export type PriceData = (catalogId: string) => readonly PricedRow[];

/** Converts a vendor's models once they are asked for, and keeps them. */
export function priceData(modelsOf: (catalogId: string) => readonly ModelInfo[] | undefined): PriceData {
  const converted = new Map<string, readonly PricedRow[]>();
  return (catalogId) => {
    let rows = converted.get(catalogId);
    if (rows === undefined) {
      rows = (modelsOf(catalogId) ?? []).map((model) => convert(catalogId, model));
      converted.set(catalogId, rows);
    }
    return rows;
  };
}

/** What came with the package. findProvider also guesses by pattern; a guessed price list is no price list. */
export const bundledPrices: PriceData = priceData((catalogId) => {
  const vendor = findProvider({ providerId: catalogId });
  return vendor?.id === catalogId ? vendor.models : undefined;
});

/** Vendors by which newer data is measured, with the number of models that the package knows of each. */
export function bundledVendors(): readonly (readonly [id: string, models: number])[] {
  return ['openai', 'anthropic', 'google', 'aws', 'mistral', 'openrouter'].map((id) => [id, bundledPrices(id).length]);
}

/** The first row whose clause matches, else by the name with a compact date spelled out (-20250805 as -2025-08-05). */
export function findRow(rows: readonly PricedRow[], name: string): PricedRow | undefined {
  const lower = name.trim().toLowerCase();
  const found = rows.find((row) => row.matches(lower));
  if (found !== undefined) return found;
  const dated = lower.replace(/-(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g, '-$1-$2-$3');
  return dated === lower ? undefined : rows.find((row) => row.matches(dated));
}

function convert(vendor: string, model: ModelInfo): PricedRow {
  const matches = compile(model.match);
  // An id such as `ft:gpt-4o-mini-` stands for a pattern.
  const name = [model.id, firstEqual(model.match)].find((id) => id && !id.endsWith('-') && matches(id.toLowerCase()));
  const list = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
  const id = `genai-prices:${vendor}/${model.id}`;
  const dated = list.map(({ constraint, prices }) => ({
    applies: applies(constraint),
    version: toVersion(id, name ?? model.id, prices as Record<string, DataPrice>),
    operations: operationPriceFromData(id, prices as Record<string, DataPrice>),
  }));
  // The last constraint that holds wins; when none does, the first entry is in force.
  const inForce = (nowMs: number) => dated.findLast((entry) => entry.applies(nowMs)) ?? dated[0];
  return {
    name,
    deprecated: model.deprecated ?? false,
    contextTokens: model.context_window,
    matches,
    priceAt: (nowMs) => inForce(nowMs)?.version,
    operationPriceAt: (nowMs) => inForce(nowMs)?.operations ?? inForce(nowMs)?.version,
  };
}

/** An empty price means free only where the name says so (`…:free`); elsewhere nobody wrote one down. */
function toVersion(id: string, name: string, prices: Record<string, DataPrice>): PriceVersion | undefined {
  if (Object.keys(prices).length === 0 && name.endsWith(':free')) return freePrice(`${id}:free`);
  return priceFromData(id, prices);
}

type Constraint =
  | { readonly type: 'start_date'; readonly start_date: string }
  | { readonly type: 'time_of_date'; readonly start_time: string; readonly end_time: string };

function applies(constraint: Constraint | undefined): (nowMs: number) => boolean {
  if (constraint === undefined) return () => true;
  if (constraint.type === 'start_date') {
    const from = Date.parse(constraint.start_date);
    return (nowMs) => nowMs >= from;
  }
  const start = timeOfDayMs(constraint.start_time);
  const end = timeOfDayMs(constraint.end_time);
  return (nowMs) => {
    const time = ((nowMs % dayMs) + dayMs) % dayMs;
    return end < start ? time >= start || time < end : time >= start && time < end;
  };
}

const dayMs = 86_400_000;

/** `16:30:00Z` or `18:30:00+02:00`, as milliseconds after midnight UTC. */
function timeOfDayMs(text: string): number {
  return ((Date.parse(`1970-01-02T${text}`) % dayMs) + dayMs) % dayMs;
}

/** Compared in lower case on both sides, except regular expressions, which are the data's own. */
function compile(match: MatchLogic): (name: string) => boolean {
  if ('or' in match) {
    const any = match.or.map(compile);
    return (name) => any.some((test) => test(name));
  }
  if ('and' in match) {
    const all = match.and.map(compile);
    return (name) => all.every((test) => test(name));
  }
  if ('regex' in match) {
    const regex = new RegExp(match.regex);
    return (name) => regex.test(name);
  }
  if ('equals' in match) return (name) => name === match.equals.toLowerCase();
  if ('starts_with' in match) return (name) => name.startsWith(match.starts_with.toLowerCase());
  if ('ends_with' in match) return (name) => name.endsWith(match.ends_with.toLowerCase());
  return (name) => name.includes(match.contains.toLowerCase());
}

function firstEqual(match: MatchLogic): string | undefined {
  if ('equals' in match) return match.equals;
  return 'or' in match ? match.or.map(firstEqual).find((name) => name !== undefined) : undefined;
}
