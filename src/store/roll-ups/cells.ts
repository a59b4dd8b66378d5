/** Facts added up to cells, and cells to greater ones: a statement for each cube and span, which groups by what it keeps. */
import { type Cube, countNames, cubeNames, dimensions, histograms, type Span, shapeOf } from './cubes.ts';
import { triesOfFacts } from './facts.ts';

export const tableOf: Readonly<Record<Span, string>> = {
  minute: 'usage_minutes',
  hour: 'usage_hours',
  day: 'usage_days',
};

const columns = [...dimensions, 'requests', ...countNames, ...histograms].join(', ');
const sums = countNames.map((name) => `nullif(sum(${name}), 0)::bigint AS ${name}`).join(', ');

const subjects: Partial<Record<Cube, string>> = {
  tag: ', LATERAL (SELECT DISTINCT tag AS subject FROM unnest(tags) AS tag) AS s',
  'end-user': ', LATERAL (SELECT end_user AS subject WHERE end_user IS NOT NULL) AS s',
};

/** The facts of a cube: one for each request, tag, end user or try. */
function factsFor(cube: Cube): string {
  if (cube.startsWith('attempt')) return `(${triesOfFacts.before}facts${triesOfFacts.after}) AS tries`;
  return `facts${subjects[cube.replace(/-total$/, '') as Cube] ?? ''}`;
}

const dimensionsOf = (cube: Cube) =>
  dimensions.map((name) => (shapeOf(cube).dimensions.includes(name) ? name : `''::text AS ${name}`)).join(', ');

/** A cell's name. Of the same text as ever, whichever way it came about. */
const digest = `substr(sha256(convert_to((ARRAY[${dimensions.join(', ')}])::text, 'UTF8')), 1, 16)`;

/*
 * The lists below are packed in the statement itself: a function of the database would cost thirty times as much for each
 * cell, and most cells have a handful of values.
 */
const packed = (name: string) => `CASE WHEN ${name} IS NULL THEN NULL
    WHEN cardinality(${name}) = 1 THEN ARRAY[(${name}[1]::bigint << 32) | 1] ELSE (
      SELECT array_agg((b::bigint << 32) | n ORDER BY b) FROM (
        SELECT b, count(*) AS n FROM unnest(${name}) AS b GROUP BY b) AS counted) END`;
const merged = (list: string) => `(SELECT array_agg((b << 32) | n ORDER BY b) FROM (
    SELECT e >> 32 AS b, sum(e & 4294967295)::bigint AS n FROM unnest(${list}) AS e GROUP BY 1) AS counted)`;

const listOf = (cube: Cube) => (name: string) =>
  shapeOf(cube).hasTimes
    ? `array_agg(${name}) FILTER (WHERE ${name} IS NOT NULL) AS ${name}`
    : `NULL::int[] AS ${name}`;

/** Adds the cells that `facts` make to those that are there. */
function addTo(cube: Cube, span: Span): string {
  const add = (name: string) => `${name} = nullif(coalesce(old.${name}, 0) + coalesce(excluded.${name}, 0), 0)`;
  const merge = (name: string) => `${name} = CASE WHEN old.${name} IS NULL THEN excluded.${name}
    WHEN excluded.${name} IS NULL THEN old.${name} ELSE ${merged(`old.${name} || excluded.${name}`)} END`;
  return `INSERT INTO ${tableOf[span]} AS old (cube, bucket, cell, ${columns})
    SELECT '${cube}', bucket, ${digest}, ${[...dimensions, 'requests', ...countNames].join(', ')},
      ${histograms.map(packed).join(', ')}
    FROM (SELECT ${span} AS bucket, ${dimensionsOf(cube)}, count(*) AS requests, ${sums},
        ${histograms.map(listOf(cube)).join(', ')}
      FROM ${factsFor(cube)} GROUP BY ${[span, ...shapeOf(cube).dimensions].join(', ')}) AS made
    ON CONFLICT (cube, bucket, cell) DO UPDATE SET requests = old.requests + excluded.requests,
      ${countNames.map(add).join(', ')}, ${histograms.map(merge).join(', ')}`;
}

const each = (wanted: (cube: Cube, span: Span) => boolean) =>
  cubeNames
    .flatMap((cube) =>
      shapeOf(cube)
        .spans.filter((span) => wanted(cube, span))
        .map((span) => [cube, span] as const),
    )
    .map(([cube, span]) => `"${cube} ${span}" AS (${addTo(cube, span)})`)
    .join(',\n');

const isDayOfHours = (cube: Cube, span: Span) => span === 'day' && shapeOf(cube).spans.includes('hour');

/** Statements that add what `facts` say to cells, as parts of a WITH. */
export const adding = {
  /** To all there are. */
  all: each(() => true),
  /** Without the days that are made of hours afterwards, by `daysOfHours`. */
  withoutDays: each((cube, span) => !isDayOfHours(cube, span)),
  withoutDaysAndMinutes: each((cube, span) => !isDayOfHours(cube, span) && span !== 'minute'),
};

/** Those whose days are made of hours. */
export const cubesOfHours = cubeNames.filter((cube) => isDayOfHours(cube, 'day'));

/** Cells of a day from those of its hours. A list of lists is one list, which is packed anew. */
export const daysOfHours = (cube: Cube, within: string) => `
  INSERT INTO usage_days (cube, bucket, cell, ${columns})
  SELECT cube, bucket, cell, ${[...dimensions, 'requests', ...countNames].join(', ')},
    ${histograms.map((name) => `CASE WHEN ${name} IS NULL THEN NULL ELSE ${merged(name)} END`).join(', ')}
  FROM (SELECT cube, date_trunc('day', bucket, 'UTC') AS bucket, cell, ${dimensions.join(', ')},
      sum(requests)::bigint AS requests, ${sums}, ${histograms.map((name) => `concat_buckets(${name}) AS ${name}`).join(', ')}
    FROM usage_hours WHERE cube = '${cube}' AND ${within}
    GROUP BY 1, 2, 3, ${dimensions.join(', ')}) AS made`;
