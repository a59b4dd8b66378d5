/** The cells of a period, from the smallest sums that know what is asked: a FROM clause for the questions above it. */
import { type RawBuilder, sql } from 'kysely';
import {
  type Cube,
  countNames,
  type Dimension,
  dimensionsOfRows,
  histograms,
  shapeOf,
} from '../../store/roll-ups/cubes.ts';
import { dimensionOfRow, factsOf, triesOfFacts } from '../../store/roll-ups/facts.ts';
import { cover, hourMs, type Piece, type Range } from './cover.ts';
import type { Wanted } from './filter.ts';

export interface Question {
  readonly wanted: Wanted;
  /** Where the period begins, where its parts do, and where it ends: milliseconds. */
  readonly bounds: readonly number[];
  readonly nowMs: number;
  /** Dimensions that the answer is grouped by; `tag` and `end-user` for those. */
  readonly by: readonly (Dimension | 'tag' | 'end-user')[];
  /** Tries at providers, instead of requests. */
  readonly attempts?: boolean;
  /** Whether it is about how long they took, which not all sums know. */
  readonly times?: boolean;
  /** With what is not added up yet; otherwise the answer is a second behind. */
  readonly upToNow?: boolean;
}

/** There are sums by the minute for a day at least (retention.minutesDays). */
const minutesKeptMs = 20 * hourMs;

/** Those with fewest cells first. */
const ofRequests: readonly Cube[] = ['all', 'organization-total', 'house', 'organization', 'key-total', 'key'];
const ofSubjects = { tag: ['tag-total', 'tag'], 'end-user': ['end-user-total', 'end-user'] } as const;

/** Undefined: none knows all of it, and the rows have to be read. */
export function cubeFor({ wanted, by, attempts = false, times = false }: Question): Cube | undefined {
  const subjects = new Set<keyof typeof ofSubjects>(by.filter((name) => name === 'tag' || name === 'end-user'));
  if (wanted.tag !== undefined) subjects.add('tag');
  if (wanted.endUser !== undefined) subjects.add('end-user');
  if (subjects.size > 1) return undefined;
  const either: readonly Dimension[] = wanted.eitherModel === undefined ? [] : ['requested_model', 'model'];
  const needed = [...wanted.equal.keys(), ...either, ...by.filter((name) => name !== 'tag' && name !== 'end-user')];
  const [subject] = subjects;
  const candidates = attempts
    ? (['attempt-provider', 'attempt-total', 'attempt'] as const)
    : subject === undefined
      ? ofRequests
      : ofSubjects[subject];
  return candidates.find((cube) => {
    const { dimensions, hasTimes } = shapeOf(cube);
    return (hasTimes || !times) && needed.every((name) => dimensions.includes(name));
  });
}

/** Columns: bucket, the dimensions, requests and all counts, and the histograms. */
export function sourceOf(question: Question): RawBuilder<unknown> {
  const { wanted, bounds, nowMs } = question;
  const cube = cubeFor(question);
  const period = { fromMs: bounds[0] ?? 0, toMs: bounds.at(-1) ?? 0 };
  const pieces: readonly Piece[] =
    cube === undefined
      ? [{ unit: 'rows', ranges: [period] }]
      : cover(bounds, shapeOf(cube).spans, nowMs - minutesKeptMs);
  const parts = pieces.map(({ unit, ranges }) =>
    unit === 'rows' ? fromRows(question, ranges) : fromSums(`usage_${unit}`, cube ?? 'key', wanted, ranges),
  );
  const summed = pieces.flatMap(({ unit, ranges }) => (unit === 'rows' ? [] : ranges));
  if (question.upToNow && summed.length > 0) parts.push(fromRows(question, summed, sql.raw(notAddedUp)));
  return parts.length === 0 ? fromSums('usage_days', 'house', wanted, [period]) : sql.join(parts, sql` UNION ALL `);
}

/** Row by row by its key, however many the planner takes them for: they are the requests of a second. */
const notAddedUp = `(SELECT u.* FROM usage_batches AS b, unnest(b.ids) AS request, LATERAL (
    SELECT * FROM usage WHERE request_id = request AND started_at BETWEEN b.since AND b.until OFFSET 0) AS u) AS fresh`;

function within(column: RawBuilder<Date>, ranges: readonly Range[]): RawBuilder<boolean> {
  const each = ranges.map(
    ({ fromMs, toMs }) => sql`(${column} >= ${new Date(fromMs)} AND ${column} < ${new Date(toMs)})`,
  );
  return sql`(${sql.join(each, sql` OR `)})`;
}

function equals(column: RawBuilder<string>, value: string | readonly string[]): RawBuilder<boolean> {
  return typeof value === 'string' ? sql` AND ${column} = ${value}` : sql` AND ${column} = ANY (${[...value]}::text[])`;
}

const eitherModel = (served: string, model: string): RawBuilder<boolean> =>
  sql` AND (requested_model = ${model} OR ${sql.raw(served)} = ${model})`;

const columns = sql.raw([...dimensionsOfRows, 'subject', 'requests', ...countNames, ...histograms].join(', '));

function fromSums(table: string, cube: Cube, wanted: Wanted, ranges: readonly Range[]): RawBuilder<unknown> {
  const conditions = [...wanted.equal].map(([name, value]) => equals(sql.ref(name), value));
  if (wanted.eitherModel !== undefined) conditions.push(eitherModel('model', wanted.eitherModel));
  const subject = cube.startsWith('tag') ? wanted.tag : cube.startsWith('end-user') ? wanted.endUser : undefined;
  if (subject !== undefined) conditions.push(equals(sql.ref('subject'), subject));
  return sql`SELECT bucket, ${columns} FROM ${sql.table(table)}
    WHERE cube = ${sql.lit(cube)} AND ${within(sql.ref('bucket'), ranges)}${sql.join(conditions, sql``)}`;
}

const one = (name: string) => `CASE WHEN ${name} IS NOT NULL THEN ARRAY[(${name}::bigint << 32) | 1] END AS ${name}`;
const columnsOfRow = sql.raw(
  [
    'started_at AS bucket',
    ...dimensionsOfRows,
    'subject',
    '1::bigint AS requests',
    ...countNames,
    ...histograms.map(one),
  ].join(', '),
);

/** What a try has of its own; the rest is its request's. */
const ofTries: ReadonlySet<Dimension> = new Set<Dimension>(['model', 'provider', 'credential', 'status', 'error_kind']);

/** Rows in the form of cells: each is a cell of one. */
function fromRows(question: Question, ranges: readonly Range[], from = sql.raw('usage')): RawBuilder<unknown> {
  const { wanted, by, attempts = false } = question;
  const conditions = [...wanted.equal]
    .filter(([name]) => !attempts || !ofTries.has(name))
    .map(([name, value]) => equals(sql.raw(dimensionOfRow[name]), value));
  if (wanted.eitherModel !== undefined) conditions.push(eitherModel('served_model', wanted.eitherModel));
  // Found by an index where the rows are many and few carry it.
  if (wanted.tag !== undefined) conditions.push(sql` AND tags @> ARRAY[${wanted.tag}]::text[]`);
  if (wanted.endUser !== undefined) conditions.push(sql` AND end_user = ${wanted.endUser}`);
  const [before = '', after = ''] = factsOf('%').split('%');
  const rows = sql`${from} WHERE ${within(sql.ref('started_at'), ranges)}${sql.join(conditions, sql``)}`;
  const facts = sql`(${sql.raw(before)}${rows}${sql.raw(after)}) AS facts`;
  if (attempts) {
    const ofTry = [...wanted.equal]
      .filter(([name]) => ofTries.has(name))
      .map(([name, value]) => equals(sql.ref(name), value));
    return sql`SELECT ${columnsOfRow} FROM (${sql.raw(triesOfFacts.before)}${facts}${sql.raw(triesOfFacts.after)}) AS tries
      WHERE true${sql.join(ofTry, sql``)}`;
  }
  return sql`SELECT ${columnsOfRow} FROM ${facts}, LATERAL (${subjectsOf(by, wanted)}) AS s`;
}

/** One for each tag where it is about tags; else one. */
function subjectsOf(by: Question['by'], wanted: Wanted): RawBuilder<unknown> {
  if (!by.includes('tag'))
    return by.includes('end-user')
      ? sql`SELECT end_user AS subject WHERE end_user IS NOT NULL`
      : sql`SELECT ''::text AS subject`;
  const only = wanted.tag === undefined ? sql`` : sql` WHERE tag = ${wanted.tag}`;
  return sql`SELECT DISTINCT tag AS subject FROM unnest(tags) AS tag${only}`;
}
