/**
 * Kills gateways and Postgres at named points and at random, under load, and compares the provider's log with usage and
 * the ledger after each; then takes Postgres away for a minute.
 * `npm run test:money:kill -- --rounds 100 --per-second 200 --seed 1 --away-seconds 60`
 */
import { parseArgs } from 'node:util';
import { Random } from '../../bad-input/random.ts';
import { playAway } from './away.ts';
import { points } from './points.ts';
import { awayReport, table } from './report.ts';
import { playRounds } from './rounds.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    'per-second': { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    point: { type: 'string' },
    minutes: { type: 'string', default: '600' },
    'away-seconds': { type: 'string', default: '60' },
  },
});
const seeded = new Random(Number(values.seed));
const chosen = points.filter(({ name }) => values.point === undefined || name.includes(values.point));
if (chosen.length === 0) throw new Error(`there is no point ${values.point}`);
const rounds = Array.from({ length: Number(values.rounds) }, (_, i) => chosen[i % chosen.length] ?? points[0]);
const played = await playRounds({
  points: rounds.filter((point) => point !== undefined),
  perSecond: Number(values['per-second']),
  untilMs: performance.now() + Number(values.minutes) * 60_000,
  random: () => seeded.next(),
  onRound: ({ point, problems }) => {
    if (problems.length > 0) process.stdout.write(`${point}:\n  ${problems.slice(0, 10).join('\n  ')}\n`);
  },
});
process.stdout.write(`${table(played)}\n`);
let wrong = played.results.some(({ problems }) => problems.length > 0) || played.finally.length > 0;
const awayMs = Number(values['away-seconds']) * 1_000;
if (awayMs > 0) {
  const away = await playAway({ awayMs, perSecond: Number(values['per-second']), random: () => seeded.next() });
  process.stdout.write(`${[awayReport(away, awayMs), ...away.problems.slice(0, 20)].join('\n  ')}\n`);
  wrong ||= away.problems.length > 0;
}
process.exit(wrong ? 1 : 0);
