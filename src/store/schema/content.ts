/** Tables of migration `content`, as Kysely sees them. */
import type { ColumnType, Generated } from 'kysely';

export interface ContentSchema {
  readonly content_keys: ContentKeyTable;
  readonly contents: ContentsTable;
  readonly end_user_erasures: EndUserErasureTable;
}

type CreatedAt = ColumnType<Date, Date | undefined, never>;

/** As the snapshot's ContentRule says. */
export interface StoredContentRule {
  readonly keep: 'none' | 'asked' | 'all';
  readonly days: number;
  readonly bytesMax: number;
  readonly redact: { readonly secrets: boolean; readonly patterns: readonly string[] };
  /** Operators who are no members may read it. Absent: no. */
  readonly operatorsMayRead?: boolean;
}

/** The data key under which an organization's content lies. Without its row nobody reads that again. */
interface ContentKeyTable {
  readonly id: string;
  readonly organization_id: string;
  /** Wrapped under the master key. */
  readonly sealed: string;
  readonly created_at: CreatedAt;
}

interface ContentsTable {
  readonly request_id: string;
  readonly organization_id: string;
  readonly content_key_id: string;
  readonly started_at: Date;
  readonly expires_at: Date;
  /** Nonce, ciphertext and tag, bound to organization and request. */
  readonly sealed: Buffer;
}

/** An end user whose data is being erased, or was. */
export interface EndUserErasureTable {
  readonly id: string;
  readonly organization_id: string;
  /** Null once it is done: then nothing names that person any more. */
  readonly end_user: string | null;
  /** What stands in its place in the rows that money needs. */
  readonly pseudonym: string;
  readonly state: Generated<'running' | 'done' | 'cancelled'>;
  readonly requests_total: number;
  readonly requests_done: Generated<number>;
  readonly contents_erased: Generated<number>;
  readonly created_at: CreatedAt;
  readonly ended_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
}
