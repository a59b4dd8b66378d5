/** What an instance is made of, and the order in which it is taken apart. */
import type { Config } from '../config.ts';
import type { Api } from '../control/api/api.ts';
import type { ContentKeeper } from '../control/content/keeper.ts';
import type { Jobs } from '../control/jobs/queue.ts';
import type { Live } from '../control/live/live.ts';
import type { Rolling } from '../control/usage/rolling.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { FileJournal } from '../journal/file-journal.ts';
import type { Shipper } from '../journal/shipper.ts';
import type { LeaseKeeper, LeaseTimes } from '../lease-keeper.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { SecretBox } from '../lib/secret-box.ts';
import type { Mock } from '../mock/mock.ts';
import type { PriceRefresher } from '../price-file.ts';
import type { SharedMemory } from '../shared-memory.ts';
import type { LiveSnapshot } from '../snapshot/live.ts';
import type { Store } from '../store/store.ts';

export interface InstanceOptions {
  readonly config: Config;
  /** Absolute. */
  readonly dataDir: string;
  readonly store: Store;
  readonly log: Log;
  /** Brings what the file declares into the database again. */
  readonly importDeclared?: () => Promise<void>;
  /** Other than usual: for tests, which cannot wait for ten minutes. */
  readonly leaseTimes?: LeaseTimes;
}

/** What every part may use. */
export interface Base extends InstanceOptions {
  /** Of this instance. */
  readonly name: string;
  readonly clock: Clock;
  readonly secrets: SecretBox;
}

export interface Parts {
  journal: FileJournal;
  rolling: Rolling;
  shipper: Shipper;
  mock: Mock | undefined;
  snapshot: LiveSnapshot;
  prices: PriceRefresher | undefined;
  shared: SharedMemory | undefined;
  leases: LeaseKeeper;
  content: ContentKeeper;
  live: Live;
  api: Api;
  jobs: Jobs;
  gateway: Gateway;
}

/** In the order opposite to the start's. The shipper reads the journal, so it ends first. */
export async function closeParts(parts: Partial<Parts>): Promise<void> {
  const { gateway, live, api, jobs, leases, content, shared, prices, snapshot, mock, shipper, rolling, journal } =
    parts;
  prices?.close();
  await jobs?.stop();
  await gateway?.close();
  await content?.flush();
  await shared?.close();
  await leases?.close();
  live?.close();
  await api?.close();
  await snapshot?.close();
  await mock?.close();
  await shipper?.stop();
  await rolling?.close();
  await journal?.close();
}
