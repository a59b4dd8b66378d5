/**
 * Case 121, faults F1, F2 and F3 for money: some rounds for every run of the tests. `npm run test:money:kill` plays a
 * hundred, at every point, with 200 requests a second, and takes Postgres away for a minute.
 */
import { expect, it } from 'vitest';
import { Random } from '../bad-input/random.ts';
import { playAway } from './kill/away.ts';
import { points } from './kill/points.ts';
import { awayReport, table } from './kill/report.ts';
import { playRounds } from './kill/rounds.ts';

const seed = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);
const seeded = new Random(seed);
const random = () => seeded.next();
const rounds = 4;
const perSecond = 40;
const awayMs = 8_000;

it('kill -9 anywhere: the provider’s log is usage is the ledger, and nothing is held by the dead', async () => {
  // Other points in every run, and Postgres among them.
  const first = seeded.below(points.length);
  const drawn = Array.from({ length: rounds - 1 }, (_, i) => points[(first + i * 7) % points.length]);
  const postgres = points.filter(({ kills }) => kills === 'postgres');
  const chosen = [...drawn, seeded.pick(postgres)].filter((point) => point !== undefined);
  const played = await playRounds({ points: chosen, perSecond, random });
  process.stdout.write(`${table(played)}\nseed ${seed}\n`);
  expect(played.results.flatMap(({ point, problems }) => problems.map((problem) => `${point}: ${problem}`))).toEqual(
    [],
  );
  expect(played.finally).toEqual([]);
  expect(played.results).toHaveLength(rounds);
  expect(Math.min(...played.results.map(({ taken }) => taken))).toBeGreaterThan(0);
}, 400_000);

it('Postgres away: leased budgets are served on, others are told 503, and all is settled soon after', async () => {
  const result = await playAway({ awayMs, perSecond, random });
  process.stdout.write(`${awayReport(result, awayMs)}\nseed ${seed}\n`);
  expect(result.problems).toEqual([]);
  expect(result.served).toBeGreaterThan(perSecond);
  expect(result.unavailable).toBeGreaterThan(0);
}, 400_000);
