/**
 * Brings all sealed secrets under the master key of now, while the gateways run: in batches, each a statement of its own.
 * What is done is seen from the rows themselves, so it can be broken off at any place and begun again, by anybody, twice
 * at the same time. A row that was changed meanwhile is left as it is.
 */
import { sql } from 'kysely';
import { type SecretBox, SecretRefused } from '../../lib/secret-box.ts';
import type { Store } from '../../store/store.ts';
import { type SealedTable, sealedTables } from './tables.ts';

const batchRows = 200;
/** Refused ones that are named; more are counted. */
const namedMax = 100;

export interface RefusedSecret {
  readonly what: string;
  readonly id: string;
  readonly why: string;
}

export interface Refusals {
  readonly count: number;
  /** The first hundred. */
  readonly named: readonly RefusedSecret[];
}

export interface Rotated {
  /** False: time was over before all were looked at. */
  readonly isComplete: boolean;
  /** Sealed anew. */
  readonly rows: number;
  readonly refused: Refusals;
}

interface Row {
  readonly id: string;
  readonly sealed: string;
  readonly [column: string]: string | null;
}

type Db = Store['db'];

/** `goesOn` is asked before each batch. */
export async function rotateSecrets(db: Db, box: SecretBox, goesOn: () => boolean = () => true): Promise<Rotated> {
  box.reload();
  const refused = new RefusalList();
  let rows = 0;
  for (const table of sealedTables) {
    let after = '';
    for (;;) {
      if (!goesOn()) return { isComplete: false, rows, refused };
      const batch = await readBatch(db, table, { after, isNot: box.currentPrefix });
      rows += await writeBatch(
        db,
        table,
        batch.flatMap((row) => rewrapped(row, table, box, refused)),
      );
      if (batch.length < batchRows) break;
      after = batch.at(-1)?.id ?? '';
    }
  }
  return { isComplete: true, rows, refused };
}

/** Opens every secret, and keeps none. */
export async function verifySecrets(
  db: Db,
  box: SecretBox,
): Promise<{ readonly rows: number; readonly refused: Refusals }> {
  const refused = new RefusalList();
  let rows = 0;
  for (const table of sealedTables) {
    let after = '';
    for (;;) {
      const batch = await readBatch(db, table, { after });
      rows += batch.length;
      for (const row of batch)
        refused.attempt(table, row.id, () => isPlain(row.sealed, table) || box.open(row.sealed, table.placeOf(row)));
      if (batch.length < batchRows) break;
      after = batch.at(-1)?.id ?? '';
    }
  }
  return { rows, refused };
}

export interface SealedCount {
  readonly what: string;
  readonly rows: number;
  /** Under the master key of now. */
  readonly current: number;
  /** Not sealed at all yet. */
  readonly plain: number;
}

/** Cheap enough to be asked while a rotation runs. */
export async function countSecrets(db: Db, box: SecretBox): Promise<readonly SealedCount[]> {
  const counts: SealedCount[] = [];
  for (const { what, table, column, plain } of sealedTables) {
    const starts = (text: string) => sql`count(*) FILTER (WHERE starts_with(${sql.ref(column)}, ${text}))`;
    const { rows } = await sql<{ rows: number; current: number; plain: number }>`
      SELECT count(*)::int AS rows, ${starts(box.currentPrefix)}::int AS current,
        ${plain === undefined ? sql`0` : starts(plain)}::int AS plain
      FROM ${sql.table(table)} WHERE ${sql.ref(column)} <> ''`.execute(db);
    const known = counts.find((each) => each.what === what);
    const [found] = rows;
    if (found === undefined) continue;
    if (known === undefined) counts.push({ what, ...found });
    else counts[counts.indexOf(known)] = sumOf(known, found);
  }
  return counts;
}

/** How many lie under which master key, by its name; what is not sealed yet is not among them. */
export async function countByKey(db: Db): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const { table, column } of sealedTables) {
    const text = sql.ref(column);
    const { rows } = await sql<{ name: string; rows: number }>`
      SELECT split_part(${text}, '.', 2) AS name, count(*)::int AS rows FROM ${sql.table(table)}
      WHERE ${text} ~ '^v[12][.]' GROUP BY 1`.execute(db);
    for (const { name, rows: more } of rows) counts.set(name, (counts.get(name) ?? 0) + more);
  }
  return counts;
}

function sumOf(a: SealedCount, b: Omit<SealedCount, 'what'>): SealedCount {
  return { what: a.what, rows: a.rows + b.rows, current: a.current + b.current, plain: a.plain + b.plain };
}

class RefusalList implements Refusals {
  count = 0;
  readonly named: RefusedSecret[] = [];

  /** Undefined: refused, which is noted. */
  attempt<T>({ what }: SealedTable, id: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof SecretRefused)) throw error;
      this.count++;
      if (this.named.length < namedMax) this.named.push({ what, id, why: error.message });
      return undefined;
    }
  }
}

function isPlain(sealed: string, { plain }: SealedTable): boolean {
  return plain !== undefined && sealed.startsWith(plain);
}

interface NewText {
  readonly id: string;
  readonly before: string;
  readonly after: string;
}

function rewrapped(row: Row, table: SealedTable, box: SecretBox, refused: RefusalList): readonly NewText[] {
  const place = table.placeOf(row);
  const after = refused.attempt(table, row.id, () =>
    isPlain(row.sealed, table) ? box.seal(row.sealed, place) : box.rewrap(row.sealed, place),
  );
  return after === undefined ? [] : [{ id: row.id, before: row.sealed, after }];
}

/** By id. `isNot`: without those that begin so. */
async function readBatch(
  db: Db,
  { table, column, columns }: SealedTable,
  { after, isNot }: { readonly after: string; readonly isNot?: string },
): Promise<readonly Row[]> {
  const text = sql.ref(column);
  const others = columns.map((each) => sql`, ${sql.ref(each)}`);
  const only = isNot === undefined ? sql`` : sql`AND NOT starts_with(${text}, ${isNot})`;
  const { rows } = await sql<Row>`SELECT id, ${text} AS sealed${sql.join(others, sql``)} FROM ${sql.table(table)}
    WHERE ${text} <> '' AND id > ${after} ${only} ORDER BY id LIMIT ${batchRows}`.execute(db);
  return rows;
}

/** Only what is still as it was read. */
async function writeBatch(db: Db, { table, column }: SealedTable, texts: readonly NewText[]): Promise<number> {
  if (texts.length === 0) return 0;
  const [ids, before, after] = [
    texts.map(({ id }) => id),
    texts.map((each) => each.before),
    texts.map((each) => each.after),
  ];
  const { numAffectedRows } = await sql`UPDATE ${sql.table(table)} AS kept SET ${sql.ref(column)} = made.after
    FROM unnest(${ids}::text[], ${before}::text[], ${after}::text[]) AS made (id, before, after)
    WHERE kept.id = made.id AND kept.${sql.ref(column)} = made.before`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
