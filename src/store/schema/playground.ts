/** Keys that were made to try models out: their rows in `keys` are like any other's. */
import type { ColumnType } from 'kysely';

export interface PlaygroundSchema {
  readonly playground_keys: {
    readonly key_id: string;
    readonly organization_id: string;
    /** Of the user, or of the management key, that made it. */
    readonly actor_id: string;
    readonly created_at: ColumnType<Date, Date | undefined, never>;
  };
}
