/**
 * Storms in real time, against Tollgate as a process of its own: what line 2 of routing and failure asks for.
 * `npm run test:storm -- --per-second 200 --seconds 60 --fail-share 0.3`
 */
import { parseArgs } from 'node:util';
import { Random } from '../../bad-input/random.ts';
import { oneOfThree } from './one-of-three.ts';
import { startStage } from './stage.ts';

const { values } = parseArgs({
  options: {
    'per-second': { type: 'string', default: '200' },
    seconds: { type: 'string', default: '60' },
    'fail-share': { type: 'string', default: '0.3' },
    seed: { type: 'string', default: '1' },
  },
});
const random = new Random(Number(values.seed));
const stage = await startStage(() => random.next());
const verdict = await oneOfThree(stage, {
  perSecond: Number(values['per-second']),
  seconds: Number(values.seconds),
  failShare: Number(values['fail-share']),
}).finally(() => stage.stop());
process.stdout.write(`${['one of three fails', ...verdict.lines, ...verdict.problems].join('\n  ')}\n`);
process.exit(verdict.problems.length > 0 ? 1 : 0);
