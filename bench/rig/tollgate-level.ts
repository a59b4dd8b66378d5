/**
 * A process: Tollgate's data plane with less around it than a user has, so that what each layer costs can be seen.
 * `node bench/rig/tollgate-level.ts L0|L1 --config FILE`
 */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { nameParts } from '../../src/config/names.ts';
import { loadConfig } from '../../src/config.ts';
import { createGateway } from '../../src/gateway/gateway.ts';
import { openJournal } from '../../src/journal/file-journal.ts';
import type { Journal } from '../../src/journal/record.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { providers } from '../../src/providers/index.ts';
import { buildNames } from '../../src/snapshot/names.ts';
import type { Key } from '../../src/snapshot/snapshot.ts';

const { values, positionals } = parseArgs({ options: { config: { type: 'string' } }, allowPositionals: true });
const [level] = positionals;
if ((level !== 'L0' && level !== 'L1') || values.config === undefined) throw new Error('L0|L1 --config FILE');

const config = loadConfig({ file: values.config, cwd: process.cwd(), env: {}, registry: [...providers.values()] });
const organization = { id: 'org_bench', name: 'bench', disabled: false };
const keys = new Map(
  Object.entries(config.keys).map(([name, { key }]): [string, Key] => [
    createHash('sha256').update(key).digest('hex'),
    { id: `key_${name}`, name, kind: 'call', organization },
  ]),
);

/** Everything is accepted and forgotten. */
const forgets: Journal = { writable: true, intent: () => {}, attempt: () => {}, progress: () => {}, settle: () => {} };

const journal =
  level === 'L0'
    ? undefined
    : openJournal({
        directory: path.join(config.dataDir, 'journal/bench'),
        instance: 'bench',
        clock: systemClock,
        log: silentLog,
        ...config.journal,
      });
const gateway = createGateway({
  snapshot: { current: { version: 0, keys, ...buildNames(nameParts(config, providers, systemClock.nowMs())) } },
  journal: journal ?? forgets,
  clock: systemClock,
  log: silentLog,
  instance: 'bench',
});
await gateway.listen({ host: config.server.host, port: config.server.port });
process.once('SIGTERM', async () => {
  await gateway.close();
  await journal?.close();
  process.exit(0);
});
