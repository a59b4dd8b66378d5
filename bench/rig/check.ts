/**
 * `npm run bench:check`: about ten minutes. Measures what matters most again and fails where it costs more than the
 * committed ratios (bench/ratios.json) with their spread.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './binary.ts';
import { Cast, type Cell, conduct } from './conduct.ts';
import { contenders } from './contenders/index.ts';
import { type Ratios, ratiosOf } from './ratios.ts';
import { spread } from './report.ts';
import { scenarios } from './scenarios/index.ts';
import { openStage } from './stage.ts';
import { worse } from './worse.ts';

const checked = ['S1', 'S2', 'S3'];
const asked = ['bare-relay', 'go-relay', 'tollgate-l0', 'tollgate-l2'];
const amount = { rounds: 5, seconds: 6, streams: 0 };

const { ratios: committed } = JSON.parse(readFileSync(join(root, 'bench/ratios.json'), 'utf8')) as { ratios: Ratios };
const stage = await openStage();
const cast = new Cast(stage);
try {
  const cells: Cell[] = [];
  for (const scenario of scenarios.filter(({ id }) => checked.includes(id))) {
    const told = (line: string): void => console.error(line);
    const wanted = contenders.filter(({ id }) => asked.includes(id));
    cells.push(...(await conduct(scenario, wanted, { stage, cast, amount, told })));
  }
  const failures = cells.filter(({ failure }) => failure !== undefined);
  for (const { scenario, contender, failure } of failures) console.log(`FAILED ${scenario} ${contender}: ${failure}`);
  const findings = worse(committed, ratiosOf(cells), (id) => id.startsWith('tollgate-'));
  for (const { where, was, is, beyond } of findings) {
    console.log(`${beyond ? 'WORSE ' : 'as was'} ${where}: ${spread(is)}, committed ${spread(was)}`);
  }
  const bad = failures.length + findings.filter(({ beyond }) => beyond).length;
  if (findings.length === 0) console.log('bench/ratios.json holds nothing of what was measured.');
  process.exitCode = bad === 0 && findings.length > 0 ? 0 : 1;
} finally {
  await cast.leave();
  await stage.close();
}
