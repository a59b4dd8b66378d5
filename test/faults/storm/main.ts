/**
 * Storms in real time, against Tollgate as a process of its own: what line 2 of routing and failure asks for.
 * `npm run test:storm -- --per-second 200 --seconds 60 --fail-share 0.3`
 * `npm run test:storm -- --overload 3 --seconds 30`
 */
import { parseArgs } from 'node:util';
import { Random } from '../../bad-input/random.ts';
import { oneOfThree } from './one-of-three.ts';
import { startStage } from './stage.ts';
import { tooMuch } from './too-much.ts';

const { values } = parseArgs({
  options: {
    'per-second': { type: 'string', default: '200' },
    seconds: { type: 'string', default: '60' },
    'fail-share': { type: 'string', default: '0.3' },
    /** All three at so many times what they can do, instead. */
    overload: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
const random = new Random(Number(values.seed));
const stage = await startStage(() => random.next());
const seconds = Number(values.seconds);
const storm =
  values.overload === undefined
    ? oneOfThree(stage, { perSecond: Number(values['per-second']), seconds, failShare: Number(values['fail-share']) })
    : tooMuch(stage, { times: Number(values.overload), seconds });
const verdict = await storm.finally(() => stage.stop());
const title = values.overload === undefined ? 'one of three fails' : `${values.overload} times what all can do`;
process.stdout.write(`${[title, ...verdict.lines, ...verdict.problems].join('\n  ')}\n`);
process.exit(verdict.problems.length > 0 ? 1 : 0);
