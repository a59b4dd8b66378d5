/**
 * The configuration file's shape. It is a promise to its readers: extend it, never rename. Every leaf has a default or
 * is optional; its description is its line in docs/reference/configuration.md.
 */
import { z } from 'zod';
import { picoUsdPerToken, scaleDecimal } from '../lib/money.ts';
import { qualifiedModel, routeFields } from '../routing/definition.ts';
import { keyLengthMax } from '../snapshot/snapshot.ts';
import { cache, cacheRule } from './cache-settings.ts';
import { content } from './content-settings.ts';
import { amount, choice, flag, httpUrl, list, notYet, text, wholeNumber } from './leaves.ts';
import { log } from './log-settings.ts';
import { mail } from './mail-settings.ts';
import { ownProvider } from './own-provider-settings.ts';
import { plans } from './plan-settings.ts';
import { providerSettings } from './provider-settings.ts';
import { rateLimits } from './rate-limit-settings.ts';
import { retention } from './retention-settings.ts';
import { secrets } from './secret-settings.ts';
import { signIn } from './sign-in-settings.ts';
import { stripe } from './stripe-settings.ts';
import { timeouts } from './timeout-settings.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const mebibyte = 1_048_576;

/** Names of providers, routes, organizations and keys: they are parts of model names, headers and reports. */
const entryName = text(
  'a name of lower-case letters, digits, "-", "_" and ".", at most 64',
  /^[a-z0-9][a-z0-9._-]{0,63}$/,
);
const providerName = text(
  'a name of lower-case letters, digits and "-", at most 64 (it is the first part of provider/name)',
  /^[a-z0-9][a-z0-9-]{0,63}$/,
);
const modelName = text('a model name without spaces, at most 256 characters', /^[^\s\p{Cc}]{1,256}$/u);

const limits = z.strictObject({
  bodyBytesMax: wholeNumber(1_024, 1_024 * mebibyte, 'bytes')
    .default(32 * mebibyte)
    .describe('Largest request body; a larger one gets 413.'),
  uploadBytesMax: wholeNumber(1_024, 16_384 * mebibyte, 'bytes')
    .default(512 * mebibyte)
    .describe('Largest upload (a form with files, which is not held in memory); a larger one gets 413.'),
  headerBytesMax: wholeNumber(1_024, mebibyte, 'bytes')
    .default(32_768)
    .describe('Largest request head, all headers together; a larger one gets 431.'),
  headersTimeoutMs: wholeNumber(100, hourMs, 'milliseconds')
    .default(10_000)
    .describe('Time for a caller to send its headers; then 408.'),
  bodyIdleMs: wholeNumber(100, hourMs, 'milliseconds')
    .default(30_000)
    .describe('Longest silence while a caller sends its body; then 408.'),
  bodyTimeoutMs: wholeNumber(100, dayMs, 'milliseconds')
    .default(600_000)
    .describe('Time for a caller to send its whole body; then 408.'),
  clientStallMs: wholeNumber(100, dayMs, 'milliseconds')
    .default(60_000)
    .describe('A caller that reads nothing for this long while bytes wait for it is cut.'),
  answerBytesMax: wholeNumber(1_024, 1_024 * mebibyte, 'bytes')
    .default(64 * mebibyte)
    .describe('Largest provider answer that is taken whole (answers that are not streams).'),
  idempotentAnswerBytesMax: wholeNumber(0, 64 * mebibyte, 'bytes')
    .default(8 * mebibyte)
    .describe('Largest answer to a request with an `Idempotency-Key` that is kept, sealed, for its repetition.'),
  lagMsMax: wholeNumber(0, 60_000, 'milliseconds')
    .default(200)
    .describe('How late the event loop may be, on average of a moment, before new requests get 503; 0: however late.'),
  memoryShareMax: amount(0.1, 1, 'share')
    .default(0.85)
    .describe('Share of the memory (of the heap, or of the container) that may be in use before new requests get 503.'),
  queueWaitMs: wholeNumber(0, hourMs, 'milliseconds')
    .default(10_000)
    .describe('How long a request waits for room where all of its targets are full; then 429. 0: not at all.'),
  queueLengthMax: wholeNumber(0, 1_000_000)
    .default(1_000)
    .describe('Most requests that wait for one target; one more gets 429 at once.'),
  connectionsMax: wholeNumber(1, 1_000_000)
    .default(20_000)
    .describe('Open connections from callers; more are closed at once.'),
  connectionsPerAddressMax: wholeNumber(0, 1_000_000)
    .default(0)
    .describe(
      'Open connections from one address (of IPv6: from one /64); more are closed at once. 0: no limit, as behind a proxy, where all come from one.',
    ),
});

const server = z.strictObject({
  host: text('an IP address or host name to listen on', /^[A-Za-z0-9.:_-]{1,253}$/)
    .default('127.0.0.1')
    .describe('Address to listen on. Loopback until told otherwise; `0.0.0.0` for every interface.'),
  port: wholeNumber(0, 65_535).default(7_070).describe('Port to listen on; 0 takes any free one.'),
  workers: wholeNumber(1, 1_024)
    .refine((value) => value === 1, notYet('more than one worker', 'Use 1.'))
    .default(1)
    .describe('Worker processes. Only 1 for now.'),
  drainMs: wholeNumber(0, dayMs, 'milliseconds')
    .default(120_000)
    .describe('How long running requests may go on after SIGTERM.'),
  keepaliveMs: wholeNumber(100, hourMs, 'milliseconds')
    .default(15_000)
    .describe('Silence of a provider after which a waiting stream gets a comment or ping.'),
  limits: limits.prefault({}),
});

const database = z.strictObject({
  url: text('an address that begins with postgres:// or postgresql://', /^postgres(ql)?:\/\/[^\s]+$/)
    .optional()
    .describe('Postgres, several hosts allowed. Absent: an embedded server in the data directory.'),
  schema: text(
    'lower-case letters, digits, "_" and "-", at most 63, not beginning with a digit or "pg_"',
    /^(?!pg_)[a-z_][a-z0-9_-]{0,62}$/,
  )
    .default('tollgate')
    .describe('Schema that holds all of its tables.'),
});

const redis = z.strictObject({
  url: text('an address that begins with redis:// or rediss://', /^rediss?:\/\/[^\s]+$/)
    .optional()
    .describe(
      'Redis (6 or newer) or Valkey, where instances count rate limits together. Absent: each instance counts for itself. `REDIS_URL` is read too.',
    ),
  timeoutMs: wholeNumber(1, 10_000, 'milliseconds')
    .default(40)
    .describe('Longest wait of a request for it; after that the instance admits its share of each limit.'),
  instances: wholeNumber(1, 1_000)
    .default(1)
    .describe('How many instances share the limits, as long as Redis has not said it: what an instance divides by.'),
});

const journal = z.strictObject({
  fsync: choice(['interval', 'always', 'never'])
    .default('interval')
    .describe(
      'When records reach the disk itself. All three survive kill -9; `interval` loses at most one interval when the machine loses power.',
    ),
  fsyncIntervalMs: wholeNumber(1, 60_000, 'milliseconds').default(100).describe('Interval for `fsync: interval`.'),
});

const seals = z.strictObject({
  ttlMs: wholeNumber(1_000, 31 * dayMs, 'milliseconds')
    .default(dayMs)
    .describe('How long after its last use signed thinking is kept in memory for callers that cannot send it back.'),
  bytesMax: wholeNumber(0, 16_384 * mebibyte, 'bytes')
    .default(64 * mebibyte)
    .describe('Memory for it; beyond that the least recently used goes first. 0 keeps none.'),
});

const promptCache = z.strictObject({
  automaticMarks: flag()
    .default(true)
    .describe(
      'Marks prompts for the cache where the provider keeps only what is marked and the caller speaks a wire format without marks. `false`: only marks of callers.',
    ),
});

const budgets = z.strictObject({
  growthStepTokens: wholeNumber(1, 1_000_000)
    .default(256)
    .describe('Output tokens that a stream holds ahead on its budgets: it ends at most this much too late.'),
  patienceMs: wholeNumber(0, 60_000, 'milliseconds')
    .default(1_000)
    .describe('How long a request waits for what running ones may leave over, before it is refused.'),
});

const provider = z.strictObject({
  type: text(
    "a known vendor's id, or the wire format of an own address: openai-compatible, anthropic-compatible, gemini-compatible, bedrock-compatible or responses-compatible",
    /^[a-z0-9][a-z0-9-]{0,63}$/,
  )
    .optional()
    .describe(
      "What the provider is: a vendor by its id (`azure`: one more account of it, for which the vendor's own environment variables are not read), or the wire format of an own address. Absent: the name is the vendor.",
    ),
  enabled: flag().default(true).describe('`false` turns the provider off, also when its key is in the environment.'),
  apiKey: text(
    'a key without spaces or line breaks, or the JSON of a service account',
    /^[\x21-\x7e]{1,8192}$|^\s*\{[\s\x20-\x7e]{1,16384}\}\s*$/,
  )
    .optional()
    .describe("The vendor's secret. Absent, and without `type`: read from the vendor's own environment variable."),
  baseUrl: httpUrl().optional().describe("Replaces the vendor's address; needed where `type` is a wire format."),
  models: list(modelName, 'a list of model names')
    .optional()
    .describe('Models served here beyond those of the catalogue.'),
  inRegion: text('the name of a region', /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
    .optional()
    .describe('Where it computes, for routes with `regions`. Absent: its `region` or `location`, where it has one.'),
  dataCollection: choice(['allow', 'deny'])
    .default('allow')
    .describe('`deny`: it neither keeps nor trains on what it is sent, you say; routes and callers can ask for that.'),
  capacity: z
    .strictObject({
      concurrentRequests: wholeNumber(1, 1_000_000)
        .optional()
        .describe('Most requests at the same time, all of its models together; others wait, or go elsewhere.'),
      requestsPerMinute: wholeNumber(1, 1_000_000_000)
        .optional()
        .describe('Most requests in 60 seconds that it is asked by this instance.'),
    })
    .optional(),
  ...providerSettings,
});

const usd = (unit: string, exact: (value: number) => bigint) =>
  amount(0, 1_000_000, unit).refine((value) => isExact(exact, value), { error: `${unit}, exact in pico-dollars` });
const perMillion = () => usd('dollars per million tokens', picoUsdPerToken);
const perPiece = () => usd('dollars', (value) => scaleDecimal(value, 12));

const price = z.strictObject({
  input: perMillion().describe('Input tokens.'),
  output: perMillion().describe('Output tokens.'),
  cacheRead: perMillion().optional().describe('Tokens read from a cache. Absent: as `input`.'),
  cacheWrite: perMillion().optional().describe('Tokens written to a cache. Absent: as `input`.'),
  cacheWrite1h: perMillion()
    .optional()
    .describe(
      'Tokens written to a cache for 1 hour. Absent: twice `input` (or `cacheWrite`, if more); without `cacheWrite` as `input`.',
    ),
  audioInput: perMillion().optional().describe('Audio input tokens. Absent: as `input`.'),
  audioOutput: perMillion().optional().describe('Audio output tokens. Absent: as `output`.'),
  perRequest: perPiece().optional().describe('One request.'),
  perWebSearch: perPiece().optional().describe('One web search that the provider makes.'),
  imageInput: perMillion().optional().describe('Input tokens of pictures. Absent: as `input`.'),
  imageOutput: perMillion().optional().describe('Output tokens of pictures. Absent: as `output`.'),
  perImage: perPiece().optional().describe('One picture made, where pictures are not sold by tokens.'),
  perAudioSecond: perPiece().optional().describe('One second of sound that is transcribed or translated.'),
  perMillionCharacters: usd('dollars per million characters', picoUsdPerToken)
    .optional()
    .describe('A million characters that are spoken.'),
  perSearch: perPiece().optional().describe('One unit of search of a reranking.'),
});

const model = z.strictObject({
  price: price.optional(),
  contextTokens: wholeNumber(1, 1_000_000_000).optional().describe('Size of the context window in tokens.'),
  outputTokensMax: wholeNumber(1, 1_000_000_000).optional().describe('Most output tokens of one answer.'),
  thinking: choice(['none', 'budget', 'adaptive', 'effort'])
    .optional()
    .describe(
      'How an own reasoning model is asked to think, when the caller speaks another wire format than the model: ' +
        'not at all, by a token budget, adaptively, or by an effort word (`openai-compatible` always gets the word). ' +
        'Absent: as the catalogue knows it; an unknown `openai-compatible` model is not asked.',
    ),
  inputs: list(choice(['text', 'image', 'pdf', 'audio', 'video']), 'a list of text, image, pdf, audio and video')
    .optional()
    .describe('What it takes in. Absent: as the catalogue knows it.'),
  tools: flag().optional().describe('Whether it calls tools. Absent: as the catalogue knows it.'),
  aliases: list(modelName, 'a list of model names')
    .optional()
    .describe('Other names under which callers may ask for it, each with or without `provider/`.'),
  limits: rateLimits('to the model by its own names'),
});

const catalog = z
  .strictObject({
    url: httpUrl()
      .default('https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json')
      .describe('Where newer price data is read from: the file that `@pydantic/genai-prices` publishes, or a copy.'),
    refreshHours: wholeNumber(0, 8_760, 'hours')
      .default(0)
      .describe('How often it is read. 0: never by itself; `tollgate models refresh` reads it once.'),
    unknownModels: choice(['deny', 'allow'])
      .default('deny')
      .describe('Models that a vendor may know and the catalogue does not: refused, or called at `ceilingPrice`.'),
    ceilingPrice: price.optional().describe('What such a model is charged. Needed with `unknownModels: allow`.'),
  })
  .refine((value) => value.unknownModels === 'deny' || value.ceilingPrice !== undefined, {
    path: ['ceilingPrice'],
    error: 'a price, since a model without one would be free',
  });

const route = z.strictObject({
  ...routeFields,
  limits: rateLimits('to the route'),
  cache: cacheRule('to the route'),
});

const declaredBudget = z
  .strictObject({
    usd: usd('dollars, exact in nano-dollars', (value) => scaleDecimal(value, 9)).optional(),
    tokens: wholeNumber(1, 9_000_000_000_000_000).optional(),
    requests: wholeNumber(1, 9_000_000_000_000_000).optional(),
    window: choice(['day', 'week', 'month', 'total']).default('month'),
    action: choice(['refuse', 'warn', 'switch']).default('refuse'),
    switchTo: modelName.optional(),
  })
  .refine(({ usd: dollars, tokens, requests }) => [dollars, tokens, requests].filter(Boolean).length === 1, {
    error: 'exactly one of usd, tokens and requests, above 0',
  })
  .refine(({ action, switchTo }) => (action === 'switch') === (switchTo !== undefined), {
    path: ['switchTo'],
    error: 'the route that takes over, with action: switch and only there',
  });

/** `whose`: as the reference page says it. */
const declaredBudgets = (whose: string) =>
  list(declaredBudget, 'a list of budgets: { usd: 10, window: month }')
    .max(12, { error: 'at most 12 budgets' })
    .refine((budgets) => new Set(budgets.map(budgetName)).size === budgets.length, {
      error: 'one budget for each unit and window',
    })
    .optional()
    .describe(
      `What ${whose} may use: \`{ usd: 10, window: month }\`, or \`tokens\` or \`requests\`; \`window\` is day, week, month or total, \`action\` refuse (the default), warn, or switch with \`switchTo\`. What is removed here ends.`,
    );

function budgetName({ usd: dollars, tokens, window }: z.output<typeof declaredBudget>): string {
  return `${dollars === undefined ? (tokens === undefined ? 'requests' : 'tokens') : 'usd'} ${window}`;
}

const organization = z.strictObject({
  budgets: declaredBudgets('the organization as a whole'),
  billing: choice(['metered', 'prepaid', 'plan'])
    .optional()
    .describe(
      '`metered`: counted, billed later, never refused. `prepaid`: spends what was paid in, and no more. `plan`: what its plan says. Absent: as it is in the database (`metered` at first).',
    ),
  markupPercent: amount(0, 1_000, 'percent')
    .refine((value) => isExact((percent) => scaleDecimal(percent, 2), value), { error: 'percent, with two decimals' })
    .optional()
    .describe(
      'What its requests cost on top of what the provider charges, where no price is set for the model. Absent: as it is in the database (nothing at first).',
    ),
  limits: rateLimits('of all of its keys together'),
  content,
  providers: z.record(providerName, ownProvider).optional(),
  byokFeePercent: amount(0, 100, 'percent')
    .refine((value) => isExact((percent) => scaleDecimal(percent, 2), value), { error: 'percent, with two decimals' })
    .default(0)
    .describe(
      'What a request by its own key for a provider costs: so many percent of what it would cost by yours. See docs/byok.md.',
    ),
  projects: z
    .record(entryName, z.strictObject({ limits: rateLimits("of all of the project's keys together") }))
    .optional(),
});

const keyLengthMin = 8;
const keyPattern = new RegExp(`^[\\x21-\\x7e]{${keyLengthMin},${keyLengthMax}}$`);

const key = z.strictObject({
  key: text(`a key of ${keyLengthMin} to ${keyLengthMax} characters without spaces`, keyPattern).describe(
    'The whole key as callers send it. Only its SHA-256 is stored.',
  ),
  organization: entryName.default('default').describe('Organization that the key belongs to.'),
  project: entryName.optional().describe('Project of the organization that the key belongs to.'),
  models: list(modelName, 'a list of model or route names, "*" allowed at the end')
    .optional()
    .describe('Names or patterns (`openai/*`) that the key may call. Absent: all.'),
  expiresAt: text('a date and time such as 2027-01-31T00:00:00Z', /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/)
    .refine((value) => !Number.isNaN(Date.parse(value)), { error: 'a date and time such as 2027-01-31T00:00:00Z' })
    .optional()
    .describe('From then on the key gets 401.'),
  budgets: declaredBudgets('the key'),
  limits: rateLimits('of the key'),
  cache: cacheRule('of the key'),
});

export const configSchema = z.strictObject({
  server: server.prefault({}),
  dataDir: text('a directory', /^[^\0]{1,4096}$/)
    .default('./tollgate-data')
    .describe('Directory for the embedded database and the journal, relative to where Tollgate is started.'),
  database: database.prefault({}),
  redis: redis.prefault({}),
  journal: journal.prefault({}),
  seals: seals.prefault({}),
  promptCache: promptCache.prefault({}),
  cache: cache.prefault({}),
  budgets: budgets.prefault({}),
  plans: plans.prefault({}),
  retention: retention.prefault({}),
  secrets: secrets.prefault({}),
  signIn: signIn.prefault({}),
  log: log.prefault({}),
  stripe: stripe.prefault({}),
  mail: mail.prefault({}),
  timeouts: timeouts.prefault({}),
  providers: z.record(providerName, provider).prefault({}),
  catalog: catalog.prefault({}),
  models: z.record(qualifiedModel, model).prefault({}),
  routes: z.record(entryName, route).prefault({}),
  organizations: z.record(entryName, organization).prefault({}),
  keys: z.record(entryName, key).prefault({}),
});

export type FileConfig = z.output<typeof configSchema>;

/** A price that would have to be rounded is a typing mistake. */
function isExact(convert: (value: number) => bigint, value: number): boolean {
  try {
    convert(value);
    return true;
  } catch {
    return false;
  }
}
