/** Fields that many bodies share. Each is a codec or a plain schema, so that answers can be encoded with it too. */
import { z } from 'zod';
import { formatUsd, parseUsd } from '../../lib/money.ts';
import { type LimitName, limitMax } from '../../llm/limits.ts';
import { cacheTtlMsMax } from '../../snapshot/snapshot.ts';

const int8Max = 2n ** 63n - 1n;

/** Dollars as decimal text, `"12.50"`; nano-dollars (bigint) inside. Never a float, and finer than a nano-dollar is refused. */
export const usd = z
  .codec(
    z.string().regex(/^-?\d{1,10}(\.\d{1,9})?$/, 'dollars are decimal text such as "12.50"'),
    z.bigint().min(-int8Max).max(int8Max),
    {
      decode: parseUsd,
      encode: (nano) => formatUsd(nano).replace('$', ''),
    },
  )
  .meta({ id: 'Usd', description: 'US dollars as decimal text, exact to the nano-dollar: "12.50".' });

/** An amount above nothing. */
export const usdPositive = z
  .codec(
    z.string().regex(/^(?=.*[1-9])\d{1,9}(\.\d{1,9})?$/, 'it takes dollars above 0 as decimal text, such as "12.50"'),
    z.bigint().min(1n).max(int8Max),
    {
      decode: parseUsd,
      encode: (nano) => formatUsd(nano).replace('$', ''),
    },
  )
  .meta({ id: 'UsdPositive', description: 'US dollars above 0 as decimal text, exact to the nano-dollar: "12.50".' });

/** `2027-01-31T00:00:00Z`; Unix milliseconds inside. */
export const time = z
  .codec(z.iso.datetime({ offset: true, error: 'it takes a time such as "2027-01-31T00:00:00Z"' }), z.number(), {
    decode: (text) => Date.parse(text),
    encode: (ms) => new Date(ms).toISOString(),
  })
  .meta({ id: 'Time', description: 'A time as ISO 8601 text with its offset; answers are in UTC.' });

/** In a query, where everything is text. */
export function queryInteger(minimum: number, maximum: number) {
  return z
    .codec(z.string().regex(/^-?\d{1,10}$/, 'it takes a whole number'), z.number().int().min(minimum).max(maximum), {
      decode: Number,
      encode: String,
    })
    .meta({ type: 'integer', minimum, maximum });
}

/** `true` or `false` in a query. */
export const queryFlag = z
  .codec(z.enum(['true', 'false']), z.boolean(), {
    decode: (text) => text === 'true',
    encode: (on) => (on ? 'true' : 'false'),
  })
  .meta({ type: 'boolean' });

const idLengthMax = 100;

/** `key_…`, `org_…`: a row's own id. Whether there is such a row is another question, answered with 404. */
export const id = (prefix: string) => z.string().max(idLengthMax).describe(`An id that begins with ${prefix}_.`);

export const organizationParams = z.strictObject({ organizationId: id('org') });

const limit = z.number().int().min(1).max(limitMax).optional();

/** How long answers are kept for whoever of the organization asks the same. */
export const cacheRule = z
  .strictObject({ ttlMs: z.number().int().min(1).max(cacheTtlMsMax).describe('Milliseconds.') })
  .meta({ id: 'CacheRule' });

/** Rate limits, all optional; what is left out does not limit. */
export const limits = z
  .strictObject({
    requestsPerMinute: limit,
    requestsPerDay: limit.describe('In 24 hours that slide.'),
    tokensPerMinute: limit.describe('Input and output together.'),
    tokensPerDay: limit,
    inputTokensPerMinute: limit.describe('Cached ones too.'),
    inputTokensPerDay: limit,
    outputTokensPerMinute: limit.describe('Counted when an answer has ended.'),
    outputTokensPerDay: limit,
    concurrentRequests: limit.describe('Requests that run at the same time.'),
  } satisfies Record<LimitName, typeof limit>)
  .meta({ id: 'Limits' });
