/**
 * A quote without a running gateway: one is started for this question alone, with the names of the configuration and a
 * key of its own, and asked over its socket as any other. It has no database, and no provider hears of it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { nameParts } from '../../config/names.ts';
import type { Config } from '../../config.ts';
import { createGateway } from '../../gateway/gateway.ts';
import type { Journal } from '../../journal/record.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { priceFileOrBundled } from '../../price-file.ts';
import { providers } from '../../providers/index.ts';
import { buildNames } from '../../snapshot/names.ts';
import type { Key } from '../../snapshot/snapshot.ts';

/** `ask` gets the gateway's address and a key that may call every model. Throws ConfigError. */
export async function withGateway<T>(
  config: Config,
  dataDir: string,
  ask: (url: string, key: string) => Promise<T>,
): Promise<T> {
  const key = `tg-${randomBytes(24).toString('hex')}`;
  const feed = priceFileOrBundled(dataDir, silentLog);
  const names = buildNames(nameParts(config, providers, systemClock.nowMs(), undefined, feed?.prices));
  const keys = new Map([[createHash('sha256').update(key).digest('hex'), caller]]);
  const gateway = createGateway({
    snapshot: { current: { version: 0, keys, ...names } },
    journal: noJournal,
    clock: systemClock,
    log: silentLog,
    instance: 'explain',
  });
  const { port } = await gateway.listen({ host: '127.0.0.1', port: 0 });
  try {
    return await ask(`http://127.0.0.1:${port}`, key);
  } finally {
    await gateway.close();
  }
}

const caller: Key = {
  id: 'key_explain',
  name: 'explain',
  kind: 'call',
  organization: { id: 'org_explain', name: 'explain', disabled: false },
};

/** A quote writes nothing; whatever would is refused, since it could not be kept. */
const noJournal: Journal = {
  writable: false,
  intent: () => {},
  attempt: () => {},
  progress: () => {},
  settle: () => {},
};
