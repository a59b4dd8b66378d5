/**
 * A route as its operator writes it, in the configuration file or through the API: the same words in both. A mistake's
 * text is the phrase that follows "expected".
 */
import { z } from 'zod';

const targetsMax = 32;

const number = (min: number, max: number, what: string) => {
  const error = `${what} from ${min} to ${max}`;
  return z.number({ error }).min(min, { error }).max(max, { error }).meta({ expected: error });
};
const ms = () => {
  const error = 'a whole number of milliseconds from 1 to 86,400,000';
  return z.int({ error }).min(1, { error }).max(86_400_000, { error }).meta({ expected: error });
};
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) => {
  const error = `one of ${values.join(', ')}`;
  return z.enum(values, { error }).meta({ expected: error });
};
const word = (expected: string, pattern: RegExp) =>
  z.string({ error: expected }).regex(pattern, { error: expected }).meta({ expected });

export const qualifiedModel = word(
  'provider/name, for example openai/gpt-5',
  /^[a-z0-9][a-z0-9-]{0,63}\/[^\s\p{Cc}]{1,256}$/u,
);
const routeName = word(
  'a name of lower-case letters, digits, "-", "_" and ".", at most 64',
  /^[a-z0-9][a-z0-9._-]{0,63}$/,
);

export const strategyNames = [
  'fallback',
  'weighted',
  'cheapest',
  'fastest',
  'reliable',
  'balanced',
  'smart',
  'split',
] as const;

const timeouts = z.strictObject({
  connectMs: ms().optional().describe('Replaces `timeouts.connectMs` here.'),
  firstTokenMs: ms().optional().describe('Replaces `timeouts.firstTokenMs` here.'),
  wholeMs: ms().optional().describe('Replaces `timeouts.wholeMs` here.'),
  idleMs: ms().optional().describe('Replaces `timeouts.idleMs` here.'),
  totalMs: ms().optional().describe('Replaces `timeouts.totalMs` here.'),
});

const importance = (what: string) => number(0, 100, 'a weight').default(0).describe(`How much ${what} counts.`);
const balance = z
  .strictObject({
    price: importance('the expected cost'),
    latency: importance('the time to the first token'),
    reliability: importance('the share of successes'),
    throughput: importance('the tokens per second'),
  })
  .refine((weights) => Object.values(weights).some((weight) => weight > 0), { error: 'at least one weight above 0' });

const rule = z.strictObject({
  when: z
    .strictObject({
      contains: z.array(z.string().min(1).max(200)).min(1).max(64).optional(),
      tools: z.boolean().optional(),
      media: z.boolean().optional(),
      minInputTokens: z.int().min(1).optional(),
      tag: z.string().min(1).max(256).optional(),
      language: z
        .string()
        .regex(/^[a-z]{2}$/)
        .optional(),
    })
    .refine((when) => Object.keys(when).length > 0, { error: 'at least one condition' }),
  use: oneOf(['cheap', 'strong']),
});

const smart = z.strictObject({
  thresholds: z
    .array(number(0, 1, 'a number'))
    .max(targetsMax)
    .optional()
    .meta({ expected: 'numbers from 0 to 1 in ascending order, one fewer than targets' })
    .describe('Complexity from which each next target is asked first. Absent: as fitted, see docs/smart-routing.md.'),
  rules: z
    .array(rule)
    .max(100)
    .optional()
    .meta({ expected: 'a list of rules such as { when: { contains: [refund] }, use: strong }' })
    .describe('Rules that decide before any score; the first that holds.'),
});

/** What a route and a part of one have in common. */
const choosing = {
  strategy: oneOf(strategyNames).default('fallback'),
  weights: balance.optional(),
  smart: smart.optional(),
  splitBy: oneOf(['user', 'session', 'key', 'request']).optional(),
};

const place = {
  weight: number(0.001, 1_000_000, 'a number').optional(),
  /** What reports call it. */
  name: routeName.optional(),
};

const target = z.strictObject({ model: qualifiedModel, timeouts: timeouts.optional(), ...place });
const otherRoute = z.strictObject({ route: routeName, ...place });

type Choosing = z.output<z.ZodObject<typeof choosing>>;
type Place = z.output<z.ZodObject<typeof place>>;
export type MemberDefinition =
  | string
  | z.output<typeof target>
  | z.output<typeof otherRoute>
  | (Choosing & Place & { readonly targets: readonly MemberDefinition[] });

const memberText =
  'provider/name, { model: provider/name, weight, timeouts }, { route: name }, or { strategy, targets }';
const group: z.ZodType<Choosing & Place & { targets: MemberDefinition[] }> = z.lazy(() =>
  z.strictObject({ ...choosing, ...place, targets: members }),
);
const member: z.ZodType<MemberDefinition> = z
  .union([qualifiedModel, target, otherRoute, group], { error: memberText })
  .meta({ id: 'RouteTarget' });
const members = z
  .array(member, { error: `a list of targets: ${memberText}` })
  .min(1, { error: 'at least one target' })
  .max(targetsMax, { error: `at most ${targetsMax} targets` });

const dollars = () => number(0, 1_000_000, 'dollars per million tokens');

/** The leaves of a route, each with its line for the reference page. */
export const routeFields = {
  strategy: choosing.strategy.describe(
    'How targets are chosen: `fallback` (as listed), `weighted`, `cheapest`, `fastest`, `reliable`, `balanced`, `smart` or `split`. See docs/routing.md.',
  ),
  targets: members
    .meta({ expected: `a list of targets: ${memberText}` })
    .describe(
      'Whom it may ask: each `provider/name`, `{ model, weight, timeouts, name }`, `{ route: name, weight }`, or a part of its own, `{ strategy, targets }`.',
    ),
  weights: balance
    .optional()
    .meta({ expected: 'weights for price, latency, reliability and throughput' })
    .describe('`balanced`: what counts how much. Absent: `price` 1, `latency` 1, `reliability` 2, `throughput` 0.5.'),
  smart: smart
    .optional()
    .describe(
      '`smart`: targets stand from cheap to strong; `thresholds` (0 to 1, one fewer than targets) divide them by the complexity of the request, and `rules` decide before any score. See docs/smart-routing.md.',
    ),
  splitBy: choosing.splitBy.describe(
    '`split`: who stays with one arm: `user` (the default: as the caller names its end user), `session` (`x-tollgate-session`), `key` or `request`.',
  ),
  explore: number(0, 1, 'a share')
    .optional()
    .describe('Share of requests that try another target first. Absent: 0.02 for strategies that measure, else 0.'),
  sticky: oneOf(['auto', 'off'])
    .default('auto')
    .describe(
      '`auto`: a conversation returns to the target that holds its prompt while that is worth more than the difference in price.',
    ),
  dataCollection: oneOf(['allow', 'deny'])
    .default('allow')
    .describe('`deny`: only providers with `dataCollection: deny`.'),
  regions: z
    .array(word('the name of a region', /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/))
    .min(1)
    .max(64)
    .optional()
    .meta({ expected: 'a list of regions' })
    .describe('Only providers with one of these as `region`.'),
  maxPrice: z
    .strictObject({
      input: dollars().optional().describe('Most dollars per million input tokens.'),
      output: dollars().optional().describe('Most dollars per million output tokens.'),
    })
    .optional(),
  timeouts: timeouts
    .optional()
    .meta({ expected: 'timeouts such as { firstTokenMs: 20000 }' })
    .describe('Replaces `timeouts` for all of its targets.'),
  hedge: z
    .strictObject({
      afterMs: ms().describe('Silence after which a second target is asked as well; the first to answer is taken.'),
      maxUsd: number(0, 1_000, 'dollars')
        .optional()
        .describe('Most that the second call may be expected to cost. Absent: no matter.'),
    })
    .optional(),
  continue: z
    .boolean({ error: 'true or false' })
    .default(false)
    .meta({ expected: 'true or false' })
    .describe(
      'Whether another target goes on with a stream that breaks in the middle of its text. Callers may ask for it by `x-tollgate-continue: true`.',
    ),
  onModelNotFound: oneOf(['next', 'fail'])
    .default('next')
    .describe('When a provider says that it does not have the model: the next target, or the error.'),
  onTooLong: oneOf(['next', 'fail'])
    .default('next')
    .describe(
      'When a provider says that the request is too long: the next target with a larger context, or the error.',
    ),
};

export const routeDefinition = z.strictObject(routeFields);
export type RouteDefinition = z.output<typeof routeDefinition>;
