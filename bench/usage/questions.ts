/** What is asked of ten million requests: every list, filter and chart, with other values each time. */
import { endUsersOfEach, keysOfEach, modelNames, organizationsMax, teams } from './generate.ts';

export interface Question {
  readonly name: string;
  /** The 95th percentile must be below. */
  readonly msMax: number;
  /** Below /api/v1. */
  readonly ask: (turn: number) => string;
  /** As a customer instead of an operator. */
  readonly customer?: true;
}

const organization = (turn: number) => `org_bench_${(turn * 7) % organizationsMax}`;
const key = (turn: number) => `key_bench_${(turn * 3) % organizationsMax}_${turn % keysOfEach}`;
const model = (turn: number) => modelNames[(turn * 5) % modelNames.length] ?? '';
const provider = (turn: number) => model(turn).split('/')[0] ?? '';
const endUser = (turn: number) => `user-${(turn * 991) % (organizationsMax * endUsersOfEach)}`;
const tag = (turn: number) => `team-${turn % teams}`;
const zone = (turn: number) => ['Europe/Berlin', 'Asia/Kathmandu', 'America/New_York', 'UTC'][turn % 4] ?? 'UTC';

const overviewMsMax = 200;
const msMax = 1_000;

const filters: readonly (readonly [string, (turn: number) => string])[] = [
  ['organization', (turn) => `organizationId=${organization(turn)}`],
  ['key', (turn) => `key=${key(turn)}`],
  ['model', (turn) => `model=${model(turn)}`],
  ['provider', (turn) => `provider=${provider(turn)}`],
  ['status', () => 'status=failed'],
  ['errorKind', () => 'errorKind=timeout'],
  ['tag', (turn) => `tag=${tag(turn)}`],
  ['endUser', (turn) => `endUser=${endUser(turn)}`],
  ['organization + model', (turn) => `organizationId=${organization(turn)}&model=${model(turn)}`],
  ['organization + tag', (turn) => `organizationId=${organization(turn)}&tag=${tag(turn)}`],
];

const one = (name: string, ask: Question['ask'], more: Partial<Question> = {}): Question => ({
  name,
  ask,
  msMax,
  ...more,
});

const overviews: readonly Question[] = [
  ...['24h', '7d', '30d'].map((period) =>
    one(`overview ${period}`, () => `/stats/overview?period=${period}`, { msMax: overviewMsMax }),
  ),
  one('overview, ragged ends', (turn) => `/stats/overview?since=${ago(20 * 86_400_000 + turn * 1_234_567)}`, {
    msMax: overviewMsMax,
  }),
  one('overview 30d, customer', () => '/stats/overview?period=30d', { msMax: overviewMsMax, customer: true }),
  ...filters
    .slice(0, 4)
    .map(([name, filter]) => one(`overview 30d, ${name}`, (turn) => `/stats/overview?period=30d&${filter(turn)}`)),
];

const groups = ['key', 'model', 'model-asked', 'provider', 'organization', 'project', 'member', 'tag', 'end-user'];
const byGroup: readonly Question[] = [
  ...groups.map((by) => one(`by-${by} 30d`, () => `/stats/by-${by}?period=30d`)),
  ...groups.map((by) => one(`by-${by} 30d, customer`, () => `/stats/by-${by}?period=30d`, { customer: true })),
  ...filters.map(([name, filter]) =>
    one(`by-model 30d, ${name}`, (turn) => `/stats/by-model?period=30d&${filter(turn)}`),
  ),
];

const chart = (by: string, rest: string) => (turn: number) =>
  `/stats/timeseries?metric=charge&timeZone=${zone(turn)}${by === '' ? '' : `&by=${by}`}&${rest}`;
const charts: readonly Question[] = [
  ...['', 'model', 'key', 'provider', 'project', 'organization', 'tag', 'status'].map((by) =>
    one(`spend by day 30d${by && `, by ${by}`}`, chart(by, 'period=30d&interval=day')),
  ),
  ...['model', 'key'].map((by) => one(`spend by hour 7d, by ${by}`, chart(by, 'period=7d&interval=hour'))),
  one(
    'spend by minute 3h, by model',
    (turn) => `${chart('model', 'interval=minute')(turn)}&since=${ago(3 * 3_600_000)}`,
  ),
  one('spend by 15 minutes 24h, by key', chart('key', 'period=24h&interval=15-minutes')),
  one('spend by day 30d, by key, customer', chart('key', 'period=30d&interval=day'), { customer: true }),
  one(
    'first token p95 by day 30d',
    () => '/stats/timeseries?metric=first-token-p95&period=30d&interval=day&timeZone=Europe/Berlin',
  ),
  one('total p95 by hour 7d, by model', () => '/stats/timeseries?metric=total-p95&period=7d&interval=hour&by=model'),
  one('error share by day 30d, by provider', () => '/stats/timeseries?metric=error-share&period=30d&by=provider'),
  ...filters.map(([name, filter]) =>
    one(`spend by day 30d, ${name}`, (turn) => `${chart('', 'period=30d&interval=day')(turn)}&${filter(turn)}`),
  ),
  one('latency 30d, by model', () => '/stats/latency?period=30d&by=model'),
  one('latency 30d, by model, customer', () => '/stats/latency?period=30d&by=model', { customer: true }),
  one('errors 30d', () => '/stats/errors?period=30d'),
  one('errors 30d, customer', () => '/stats/errors?period=30d', { customer: true }),
  one('cache 30d', () => '/stats/cache?period=30d'),
  one('provider health 7d', () => '/stats/provider-health?period=7d'),
  one('provider health 30d', () => '/stats/provider-health?period=30d&interval=6-hours'),
];

const lists: readonly Question[] = [
  one('logs', () => '/logs?limit=200'),
  one('logs, customer', () => '/logs?limit=200', { customer: true }),
  ...filters.map(([name, filter]) => one(`logs, ${name}`, (turn) => `/logs?limit=100&${filter(turn)}`)),
  one('logs, an old week', () => `/logs?limit=200&since=${ago(25 * 86_400_000)}&until=${ago(18 * 86_400_000)}`),
  one('logs, a session', (turn) => `/logs?sessionId=session-1-${turn * 100}`),
  one('logs, a rare end user of a customer', (turn) => `/logs?endUser=user-${19_000 + turn}`, { customer: true }),
  one('sessions', () => '/sessions?limit=50'),
  one('sessions, customer', () => '/sessions?limit=50', { customer: true }),
  one('usage', () => '/usage?limit=200'),
  one('usage, customer', () => '/usage?limit=200', { customer: true }),
  one('usage summary 24h, by model', () => `/usage/summary?by=model&since=${ago(86_400_000)}`),
];

export const questions: readonly Question[] = [...overviews, ...byGroup, ...charts, ...lists];

function ago(ms: number): string {
  return new Date(Date.now() - ms).toISOString();
}
