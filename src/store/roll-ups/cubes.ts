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

export type Cube = 'key' | 'organization' | 'house' | 'tag' | 'end-user' | 'attempt';

/**
 * `key` can answer nearly everything, `organization` and `house` the pictures that are looked at most. `tag`: a request
 * counts for each of its tags. `attempt`: tries at providers instead of requests; a try that failed is there although
 * another one answered. Tags and end users have no minutes: there may be as many as requests.
 */
export const cubes: Readonly<Record<Cube, readonly Dimension[]>> = {
  house: ['model', 'provider', 'credential', 'status', 'error_kind'],
  organization: ['organization_id', 'model', 'provider', 'status'],
  key: [
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
  tag: ['organization_id', 'key_id', 'model', 'subject'],
  'end-user': ['organization_id', 'key_id', 'model', 'subject'],
  attempt: ['organization_id', 'model', 'provider', 'credential', 'status', 'error_kind'],
};

export const cubesWithMinutes: readonly Cube[] = ['house', 'organization', 'key', 'attempt'];

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
