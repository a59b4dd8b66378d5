/** What the database says of models: facts, other names, prices with their times, and newer price data. As stored. */
import type { StoredFacts, StoredModelPrice } from '../store/schema/models.ts';

export interface StoredModel {
  /** `provider/name` */
  readonly name: string;
  readonly facts: StoredFacts;
  readonly aliases: readonly string[];
}

export interface StoredPrice {
  readonly model: string;
  readonly price: StoredModelPrice;
  readonly startsAtMs: number;
}

export interface StoredFeed {
  readonly id: string;
  readonly body: string;
  readonly createdAtMs: number;
}

export interface StoredModels {
  /** By the rows' ids, as the prices. */
  readonly models: ReadonlyMap<string, StoredModel>;
  readonly modelPrices: ReadonlyMap<string, StoredPrice>;
  /** Absent: what instances have in their own data directories, or came with the package. */
  readonly feed?: StoredFeed;
}

export const noStoredModels: StoredModels = Object.freeze({ models: new Map(), modelPrices: new Map() });

export interface StoredModelRows {
  readonly models: readonly {
    readonly id: string;
    readonly name: string;
    readonly facts: StoredFacts;
    readonly aliases: readonly string[];
    readonly ended_at: Date | null;
  }[];
  readonly modelPrices: readonly {
    readonly id: string;
    readonly model: string;
    readonly price: StoredModelPrice;
    readonly starts_at: Date;
    readonly ended_at: Date | null;
  }[];
  /** The newest in force, where anything about it changed. */
  readonly feeds: readonly { readonly id: string; readonly body: string; readonly created_at: Date }[];
}

export function hasModelRows({ models, modelPrices, feeds }: StoredModelRows): boolean {
  return models.length + modelPrices.length + feeds.length > 0;
}

/** `before` with the changed rows in it. */
export function applyStoredModels(before: StoredModels, rows: StoredModelRows): StoredModels {
  const models = new Map(before.models);
  for (const { id, name, facts, aliases, ended_at } of rows.models) {
    if (ended_at === null) models.set(id, { name, facts, aliases });
    else models.delete(id);
  }
  const modelPrices = new Map(before.modelPrices);
  for (const { id, model, price, starts_at, ended_at } of rows.modelPrices) {
    if (ended_at === null) modelPrices.set(id, { model, price, startsAtMs: starts_at.getTime() });
    else modelPrices.delete(id);
  }
  const [newest] = rows.feeds;
  const feed = newest && { id: newest.id, body: newest.body, createdAtMs: newest.created_at.getTime() };
  const kept = feed ?? before.feed;
  return { models, modelPrices, ...(kept && { feed: kept }) };
}
