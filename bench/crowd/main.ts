/**
 * `npm run test:crowd`: faults F15, F16 and F25 in their full size, against Tollgate as a user gets it; Linux only.
 *
 * --streams N       streams that are held open at once; default 9900, as many as 20,000 descriptors are enough for
 * --idle N          connections that say nothing; default 10000
 * --unread N        callers that do not read, and as many that read 1 kB a second; default 1000 each
 * --only a,b        of streams, idle, unread, squeeze
 *
 * It ends with 1 when a limit is passed.
 */
import { parseArgs } from 'node:util';
import { crowds } from './crowds.ts';
import { Stage } from './stage.ts';

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '9900' },
    idle: { type: 'string', default: '10000' },
    unread: { type: 'string', default: '1000' },
    only: { type: 'string', default: 'streams,idle,unread,squeeze' },
  },
});
const counts = { streams: Number(values.streams), idle: Number(values.idle), unread: Number(values.unread) };

let failed = 0;
for (const name of values.only.split(',')) {
  const run = crowds[name as keyof typeof crowds];
  if (run === undefined) throw new Error(`--only takes ${Object.keys(crowds).join(', ')}; this is ${name}`);
  const stage = await Stage.open(run.settings);
  try {
    for (const { what, value, limit, unit, most } of await run.play(stage, counts)) {
      const isMet = most ? value >= limit : value <= limit;
      failed += isMet ? 0 : 1;
      console.log(
        `${isMet ? 'ok  ' : 'FAIL'} ${name}: ${what} ${round(value)}${unit} (${most ? 'at least' : 'at most'} ${round(limit)}${unit})`,
      );
    }
  } finally {
    await stage.close();
  }
}
process.exit(failed > 0 ? 1 : 0);

function round(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 1 });
}
