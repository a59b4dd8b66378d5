import type { ColumnType, Generated } from 'kysely';
import type { MadeBy } from './models.ts';

type CreatedAt = ColumnType<Date, Date | undefined, never>;

/** A route that was made through the API. A row never changes its name; a route that is deleted ends. */
interface RouteTable {
  readonly id: string;
  readonly name: string;
  /** As `src/routing/definition.ts` reads it; written as JSON text. */
  readonly definition: ColumnType<unknown, string, string>;
  readonly created_at: CreatedAt;
  readonly updated_at: Generated<Date>;
  readonly ended_at: Date | null;
  readonly snapshot_version: Generated<number>;
}

/** What a route was at a time. Append-only. */
interface RouteVersionTable {
  readonly name: string;
  /** From 1, without gaps. */
  readonly version: number;
  /** Null: it was deleted. */
  readonly definition: ColumnType<object | null, string | null, never>;
  readonly made_by: ColumnType<MadeBy, string, never>;
  readonly created_at: CreatedAt;
}

/** A credential of an organization's own. Once ended its secret is gone. */
interface OrganizationCredentialTable {
  readonly id: string;
  readonly organization_id: string;
  /** The configured provider's name, or a vendor's. */
  readonly provider: string;
  /** The secret, under the master key. */
  readonly sealed: string;
  /** The last characters of a long secret, to recognize it. */
  readonly hint: string | null;
  readonly base_url: string | null;
  /** Written as JSON text. */
  readonly settings: ColumnType<Readonly<Record<string, string>> | null, string | null, string | null>;
  readonly fallback: boolean;
  readonly created_at: CreatedAt;
  readonly updated_at: Generated<Date>;
  readonly ended_at: Date | null;
  readonly snapshot_version: Generated<number>;
}

export interface NamingSchema {
  readonly routes: RouteTable;
  readonly route_versions: RouteVersionTable;
  readonly organization_credentials: OrganizationCredentialTable;
}
