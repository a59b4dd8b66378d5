import type { ColumnType, Generated } from 'kysely';

type CreatedAt = ColumnType<Date, Date | undefined, never>;
/** JSON text to write, the value to read. */
type Json<T> = ColumnType<T, string, string>;

/** What `providers.<name>` of the file has beside address, vendor and settings, and the API too. */
export interface StoredProviderOptions {
  readonly inRegion?: string;
  readonly dataCollection?: 'deny';
  readonly capacity?: { readonly concurrentRequests?: number; readonly requestsPerMinute?: number };
}

/** A provider that was made through the API. It never changes its name. */
interface ProviderTable {
  readonly id: string;
  readonly name: string;
  /** A vendor's id. */
  readonly vendor: string;
  readonly enabled: Generated<boolean>;
  readonly base_url: string | null;
  readonly settings: Json<Readonly<Record<string, string>>>;
  readonly models: Json<readonly string[]>;
  readonly options: Json<StoredProviderOptions>;
  readonly created_at: CreatedAt;
  readonly updated_at: Generated<Date>;
  readonly ended_at: Date | null;
  readonly snapshot_version: Generated<number>;
}

/** A credential of the installation. Once ended its secret is gone. */
interface ProviderCredentialTable {
  readonly id: string;
  /** A provider's name, of the API or of the configuration file. */
  readonly provider: string;
  /** For people: `account 2`. */
  readonly name: string;
  /** The secret, under the master key; '' for none. */
  readonly sealed: string;
  /** The last characters of a long secret, to recognize it. */
  readonly hint: string | null;
  /** Another address than the provider's. */
  readonly base_url: string | null;
  readonly weight: Generated<number>;
  /** Lower ones are asked first. */
  readonly priority: Generated<number>;
  readonly enabled: Generated<boolean>;
  readonly created_at: CreatedAt;
  readonly updated_at: Generated<Date>;
  readonly ended_at: Date | null;
  readonly snapshot_version: Generated<number>;
}

export interface ProvidersSchema {
  readonly providers: ProviderTable;
  readonly provider_credentials: ProviderCredentialTable;
}
