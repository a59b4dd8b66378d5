/**
 * What usage is added up by. A cube is a set of dimensions: the fewer, the fewer rows there are to read. Not in any of
 * them: a request's project and member, which are its key's and are looked up with it.
 */

export const dimensions = [
  'organization_id',
  'key_id',
  'operation',
  'requested_model',
  'model',
  'provider',
  'credential',
  'status',
  'error_kind',
  'subject',
] as const;
export type Dimension = (typeof dimensions)[number];

/** Those that a row of usage has once. A subject is a tag or an end user. */
export const dimensionsOfRows = dimensions.filter((name) => name !== 'subject');

export type Span = 'minute' | 'hour' | 'day';

export interface CubeShape {
  readonly dimensions: readonly Dimension[];
  readonly spans: readonly Span[];
  /** Whether it knows how long requests took. */
  readonly hasTimes: boolean;
}

const always: readonly Span[] = ['minute', 'hour', 'day'];
const coarse: readonly Span[] = ['hour', 'day'];

const shape = (dimensions: readonly Dimension[], spans: readonly Span[], hasTimes = true): CubeShape => ({
  dimensions,
  spans,
  hasTimes,
});

/**
 * The narrow ones first: `all` and `organization-total` answer for a first page, `key-total` answers for keys, and so for projects and members, without reading a line for each of
 * their models. `key` can answer nearly everything. `tag`: a request counts for each of its tags. `attempt`: tries at
 * providers instead of requests; a try that failed is there although another one answered.
 *
 * What has nearly as many cells as requests has no short spans: the requests themselves are read as fast. So only the
 * narrowest have minutes, and one end user's models have days alone.
 */
export const cubes = {
  all: shape([], always),
  'organization-total': shape(['organization_id'], always),
  house: shape(['model', 'provider', 'credential', 'status', 'error_kind'], always),
  organization: shape(['organization_id', 'model', 'provider', 'status'], coarse),
  'key-total': shape(['organization_id', 'key_id'], always),
  key: shape(
    [
      'organization_id',
      'key_id',
      'operation',
      'requested_model',
      'model',
      'provider',
      'credential',
      'status',
      'error_kind',
    ],
    coarse,
  ),
  'tag-total': shape(['organization_id', 'subject'], coarse),
  tag: shape(['organization_id', 'key_id', 'model', 'subject'], coarse, false),
  'end-user-total': shape(['organization_id', 'subject'], coarse),
  'end-user': shape(['organization_id', 'key_id', 'model', 'subject'], ['day'], false),
  'attempt-provider': shape(['provider', 'credential'], coarse),
  'attempt-total': shape(['model', 'provider', 'credential', 'status', 'error_kind'], always),
  attempt: shape(['organization_id', 'model', 'provider', 'credential', 'status', 'error_kind'], coarse),
} as const satisfies Readonly<Record<string, CubeShape>>;
export type Cube = keyof typeof cubes;
export const cubeNames = Object.keys(cubes) as readonly Cube[];

/** Wider than the literal types of the table: for asking whether a cube has something. */
export const shapeOf = (cube: Cube): CubeShape => cubes[cube];

/** Beside `requests`. Each is a column of the roll-ups; the text is what one row of usage adds to it. */
export const counts = {
  failed: `(status IN ('failed', 'interrupted'))::int`,
  cancelled: `(status = 'cancelled')::int`,
  cached: `(flags @> '{cached}')::int`,
  estimated: 'estimated::int',
  input_tokens: 'input_tokens',
  output_tokens: 'output_tokens',
  cache_read_tokens: 'cache_read_tokens',
  cache_write_5m_tokens: 'cache_write_5m_tokens',
  cache_write_1h_tokens: 'cache_write_1h_tokens',
  thinking_tokens: 'thinking_tokens',
  audio_input_tokens: 'audio_input_tokens',
  audio_output_tokens: 'audio_output_tokens',
  web_searches: 'web_searches',
  image_input_tokens: 'image_input_tokens',
  image_output_tokens: 'image_output_tokens',
  images: 'images',
  audio_seconds: 'audio_seconds',
  characters: 'characters',
  searches: 'searches',
  cost_nano_usd: 'cost_nano_usd',
  charge_nano_usd: 'charge_nano_usd',
  house_cost_nano_usd: 'house_cost_nano_usd',
} as const;
export type Count = keyof typeof counts;
export const countNames = Object.keys(counts) as readonly Count[];

export const histograms = ['first_token', 'total', 'overhead'] as const;
export type Histogram = (typeof histograms)[number];

/** Buckets in each doubling: a value is known to 2.2 % either way. */
const bucketsPerDoubling = 16;

/** Milliseconds to a bucket, by the logarithm of microseconds; null stays null. Nothing is faster than one. */
export const bucketSql = (ms: string) =>
  `CASE WHEN ${ms} > 0.001 THEN floor(${bucketsPerDoubling} * ln(${ms} * 1000) / ln(2::float8))::int
    WHEN ${ms} IS NOT NULL THEN 0 END`;

/** The middle of a bucket, in milliseconds. */
export function bucketMs(bucket: number): number {
  return 2 ** ((bucket + 0.5) / bucketsPerDoubling) / 1000;
}
