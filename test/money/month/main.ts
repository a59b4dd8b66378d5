/** `npm run month`: a reseller's month on this machine alone. `--out DIR`: where invoices are written to. */
import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { beginNextMonth, closeMonth, showTables, verify } from './closing.ts';
import { Narrator } from './narrator.ts';
import {
  allowanceUsedUp,
  begin,
  disputed,
  everydayTraffic,
  firstPayments,
  openOffice,
  refund,
  upgrade,
} from './story.ts';
import { inWorld } from './world.ts';

const { values } = parseArgs({ options: { out: { type: 'string' } } });
const directory = path.resolve(values.out ?? mkdtempSync(path.join(tmpdir(), 'tollgate-month-')));
mkdirSync(directory, { recursive: true });

const tell = new Narrator((line) => process.stdout.write(`${line}\n`));
await inWorld(begin, async (world) => {
  const cast = await openOffice(world, tell);
  await firstPayments(cast);
  await everydayTraffic(cast);
  await refund(cast);
  await allowanceUsedUp(cast);
  await upgrade(cast);
  await disputed(cast);
  await closeMonth(cast, directory);
  await showTables(cast);
  await beginNextMonth(cast);
  await verify(cast);
});
process.stdout.write(`\n  In ${directory}: ${readdirSync(directory).join(', ')}\n`);
const { checks, mismatches } = tell;
process.stdout.write(`\n  ${checks} figures compared, ${mismatches.length} wrong.\n`);
for (const mismatch of mismatches) process.stdout.write(`  MISMATCH ${mismatch}\n`);
if (mismatches.length > 0) process.exitCode = 1;
