import type { ColumnType, Generated, Selectable } from 'kysely';

type CreatedAt = ColumnType<Date, Date | undefined, never>;

/** Who did it, as it is told later. */
export interface MadeBy {
  readonly kind: 'key' | 'user' | 'command';
  readonly id: string;
  readonly name: string;
}

/** What the API says of a model beside its prices. A row never changes its name; one that is deleted ends. */
interface ModelTable {
  readonly id: string;
  /** `provider/name` */
  readonly name: string;
  /** Written as JSON text. */
  readonly facts: ColumnType<StoredFacts, string, string>;
  readonly aliases: Generated<readonly string[]>;
  readonly created_at: CreatedAt;
  readonly updated_at: Generated<Date>;
  readonly ended_at: Date | null;
  readonly snapshot_version: Generated<number>;
}

/** As under `models.<name>` of the configuration. */
export interface StoredFacts {
  readonly contextTokens?: number;
  readonly outputTokensMax?: number;
  readonly thinking?: 'none' | 'budget' | 'adaptive' | 'effort';
  readonly inputs?: readonly ('text' | 'image' | 'pdf' | 'audio' | 'video')[];
  readonly tools?: boolean;
}

/** Decimal dollars, as `models.<name>.price` of the configuration. */
export type StoredModelPrice = Readonly<Record<string, number | string>> & {
  readonly input: number | string;
  readonly output: number | string;
};

/** In force from `starts_at` until the next one of its model. Never changed, only ended. */
interface ModelPriceTable {
  readonly id: string;
  readonly model: string;
  readonly price: ColumnType<StoredModelPrice, string, never>;
  /** As usage rows name it. */
  readonly version: string;
  readonly starts_at: Date;
  readonly created_at: CreatedAt;
  readonly ended_at: Date | null;
  readonly snapshot_version: Generated<number>;
}

/** Append-only. */
interface ModelChangeTable {
  readonly id: string;
  readonly model: string;
  readonly what: 'price' | 'facts' | 'aliases';
  readonly source: 'api' | 'import' | 'sync';
  readonly before: ColumnType<unknown, string | null, never>;
  readonly after: ColumnType<unknown, string | null, never>;
  readonly price_version: string | null;
  readonly effective_at: Date;
  readonly made_by: ColumnType<MadeBy, string, never>;
  readonly created_at: CreatedAt;
}

/** Newer price data, whole and as it was published. The newest that has not ended is in force everywhere. */
interface PriceFeedTable {
  readonly id: string;
  readonly digest: string;
  readonly body: string;
  readonly created_at: CreatedAt;
  readonly ended_at: Date | null;
  readonly snapshot_version: Generated<number>;
}

interface PriceSyncTable {
  readonly id: string;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  readonly dry_run: boolean;
  readonly phase: string;
  readonly done: Generated<number>;
  readonly total: number | null;
  readonly report: ColumnType<unknown, string | null | undefined, string | null>;
  readonly error: string | null;
  readonly made_by: ColumnType<MadeBy, string, never>;
  readonly created_at: CreatedAt;
  readonly updated_at: Generated<Date>;
}

export type PriceSyncRow = Selectable<PriceSyncTable>;

/** The rates of a price by its name, of which they are the hash. Never changed. */
interface PriceVersionTable {
  readonly id: string;
  readonly rates: string;
  readonly seen_at: CreatedAt;
}

export interface ModelsSchema {
  readonly models: ModelTable;
  readonly model_prices: ModelPriceTable;
  readonly model_changes: ModelChangeTable;
  readonly price_feeds: PriceFeedTable;
  readonly price_syncs: PriceSyncTable;
  readonly price_versions: PriceVersionTable;
}
