/** What bodies and answers about models are made of. */
import { z } from 'zod';
import { qualifiedModel } from '../../routing/definition.ts';
import { time } from '../api/fields.ts';

/** As the configuration's prices: dollars for a million tokens; `per…` for one; characters for a million. */
export const rateNames = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'audioInput',
  'audioOutput',
  'perRequest',
  'perWebSearch',
  'imageInput',
  'imageOutput',
  'perImage',
  'perAudioSecond',
  'perMillionCharacters',
  'perSearch',
] as const;
export type RateName = (typeof rateNames)[number];

const rateText = z
  .string()
  .regex(/^\d{1,7}(\.\d{1,12})?$/, 'it takes dollars as decimal text, such as "2.50"')
  .refine((text) => Number(text) <= 1_000_000, 'it takes at most 1,000,000 dollars');

const rate = rateText.optional();

export const priceBody = z
  .strictObject({
    input: rateText.describe('Dollars for a million input tokens.'),
    output: rateText.describe('Dollars for a million output tokens.'),
    cacheRead: rate.describe('Absent: as input.'),
    cacheWrite: rate.describe('Absent: as input.'),
    cacheWrite1h: rate,
    audioInput: rate,
    audioOutput: rate,
    perRequest: rate.describe('Dollars for one request.'),
    perWebSearch: rate,
    imageInput: rate,
    imageOutput: rate,
    perImage: rate,
    perAudioSecond: rate,
    perMillionCharacters: rate,
    perSearch: rate,
  } satisfies Record<RateName, z.ZodType>)
  .meta({
    id: 'ModelPriceBody',
    description: 'As `models.<name>.price` of the configuration file: dollars as decimal text, never a float.',
  });
export type PriceBody = z.output<typeof priceBody>;

const shownRate = z.string().nullable();

export const price = z
  .object({
    version: z.string().describe('As usage rows name it.'),
    ...(Object.fromEntries(rateNames.map((name) => [name, shownRate])) as Record<RateName, typeof shownRate>),
    tiers: z
      .array(z.object({ rate: z.string(), aboveInputTokens: z.int(), usd: z.string() }))
      .describe('Rates of requests whose whole input is larger.'),
  })
  .meta({ id: 'ModelPrice', description: 'Dollars as decimal text; null: no rate of its own.' });

export const inputKind = z.enum(['text', 'image', 'pdf', 'audio', 'video']);
const tokens = z.int().min(1).max(1_000_000_000);
export const thinking = z.enum(['none', 'budget', 'adaptive', 'effort']);
export const aliasName = z
  .string()
  .regex(/^[^\s\p{Cc}*]{1,256}$/u, 'it takes a name without spaces, at most 256 characters');

/** null, where a row is changed: as the catalogue has it. */
export const factFields = {
  contextTokens: tokens.describe('Size of the context window.'),
  outputTokensMax: tokens.describe('Most output tokens of one answer.'),
  thinking: thinking.describe('How it is asked to think by callers of another wire format.'),
  inputs: z.array(inputKind).max(5).describe('What it takes in.'),
  tools: z.boolean().describe('Whether it calls tools.'),
};

export const modelId = qualifiedModel.describe('provider/name; the name may have slashes of its own.');

export const modelParams = z.strictObject({
  modelId: z.string().max(400).describe('provider/name as one segment: its slashes as %2F.'),
});

export const model = z
  .object({
    id: z.string(),
    provider: z.string(),
    name: z.string(),
    source: z
      .enum(['file', 'api', 'catalogue', 'provider'])
      .describe(
        'Who says what it is: the configuration file (read-only here), this API, the price data, its provider.',
      ),
    price: price.nullable().describe('null: nobody knows it, so it is refused and never free.'),
    contextTokens: z.int().nullable(),
    outputTokensMax: z.int().nullable(),
    inputs: z.array(inputKind),
    tools: z.boolean().nullable(),
    thinks: z.boolean().nullable(),
    aliases: z.array(z.string()),
    callable: z.boolean(),
    whyNot: z.string().nullable(),
  })
  .meta({ id: 'Model' });
export type ModelAnswer = z.output<typeof model>;

export const madeBy = z.object({ kind: z.string(), id: z.string(), name: z.string() }).meta({ id: 'MadeBy' });

export const modelChange = z
  .object({
    id: z.string(),
    model: z.string(),
    what: z.enum(['price', 'facts', 'aliases']),
    source: z.enum(['api', 'import', 'sync']),
    before: z.unknown().describe('null: as the catalogue had it.'),
    after: z.unknown().describe('null: as the catalogue has it.'),
    priceVersion: z.string().nullable().describe('As usage rows name it.'),
    effectiveAt: time.describe('Requests that begin from then on go by it.'),
    madeBy,
    createdAt: time,
  })
  .meta({ id: 'ModelChange' });
