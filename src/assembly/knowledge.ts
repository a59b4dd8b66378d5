/** What the instance knows of keys, models and prices, what it shares with others, and what it may lend. */
import type { PriceFeed } from '../catalog/feed.ts';
import { mockIsOn } from '../config/names.ts';
import { keepLeases } from '../lease-keeper.ts';
import { startMock } from '../mock/mock.ts';
import { Naming } from '../naming.ts';
import { keepPricesFresh, type PriceRefresher, priceFileOrBundled, priceFileTimeMs } from '../price-file.ts';
import { providers } from '../providers/index.ts';
import { openSharedMemory } from '../shared-memory.ts';
import { openLiveSnapshot } from '../snapshot/live.ts';
import type { Base, Parts } from './parts.ts';

export type Knowledge = Pick<Parts, 'snapshot' | 'shared' | 'leases'> & { readonly naming: Naming };

export async function openKnowledge(
  base: Base,
  { journal, shipper }: Pick<Parts, 'journal' | 'shipper'>,
  parts: Partial<Parts>,
): Promise<Knowledge> {
  const { config, store, clock, log, name, dataDir, secrets, leaseTimes } = base;
  const mock = mockIsOn(config) ? await startMock({ clock }) : undefined;
  parts.mock = mock;
  const naming = new Naming({ config, registry: providers, secrets, clock, mock, log });
  const names = naming.withPrices(priceFileOrBundled(dataDir, log), priceFileTimeMs(dataDir));
  const snapshot = await openLiveSnapshot({ store, names, log });
  parts.snapshot = snapshot;
  parts.prices = followPrices(base, (feed) => snapshot.replaceNames(naming.withPrices(feed, clock.nowMs())));
  const shared = await openSharedMemory(config, { store, instance: name, clock, log });
  parts.shared = shared;
  const leases = await keepLeases({
    store,
    instance: name,
    clock,
    log,
    patienceMs: config.budgets.patienceMs,
    ship: (deadlineMs) => shipper.flush(deadlineMs),
    heardInstances: () => journal.heardInstances,
    ...(leaseTimes && { times: leaseTimes }),
  });
  parts.leases = leases;
  return { naming, snapshot, shared, leases };
}

/** Undefined where the operator did not ask for it: a new installation talks to nobody by itself. */
function followPrices({ config, dataDir, log }: Base, onFeed: (feed: PriceFeed) => void): PriceRefresher | undefined {
  const { url, refreshHours } = config.catalog;
  if (refreshHours === 0) return undefined;
  return keepPricesFresh({ dataDir, url, everyMs: refreshHours * 3_600_000, log, onFeed });
}
