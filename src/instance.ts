/** Puts a gateway instance together from a Config, in the order in which its parts need each other, and takes it apart. */
import os from 'node:os';
import path from 'node:path';
import type { PriceFeed } from './catalog/feed.ts';
import { mockIsOn } from './config/names.ts';
import type { Config } from './config.ts';
import { conversationReader } from './content-conversation.ts';
import { type Api, createApi } from './control/api/api.ts';
import { ContentKeeper } from './control/content/keeper.ts';
import { openDashboard } from './control/dashboard/dashboard.ts';
import { type Jobs, startJobs } from './control/jobs/queue.ts';
import { listTasks } from './control/jobs.ts';
import { Live } from './control/live/live.ts';
import { type Mailer, openMailer } from './control/mail/mailer.ts';
import type { RouteSimulation } from './control/naming/tools.ts';
import { keepRolling, type Rolling } from './control/usage/rolling.ts';
import { driftTools } from './declared-things.ts';
import { createGateway, type Gateway } from './gateway/gateway.ts';
import { defaultSettings, type GatewaySettings } from './gateway/settings.ts';
import { type FileJournal, openJournal } from './journal/file-journal.ts';
import { type Shipper, startShipper } from './journal/shipper.ts';
import { storableRows } from './journal/usage-rows.ts';
import { watched } from './journal/watched-journal.ts';
import { keepLeases, type LeaseKeeper, type LeaseTimes } from './lease-keeper.ts';
import { postUsage } from './ledger/post-usage.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { newId } from './lib/id.ts';
import type { Log } from './lib/log.ts';
import { within } from './lib/within.ts';
import { secretBox } from './master-key.ts';
import { type Mock, startMock } from './mock/mock.ts';
import { Naming } from './naming.ts';
import { openPayments } from './payments.ts';
import { keepPricesFresh, type PriceRefresher, priceFileOrBundled, priceFileTimeMs } from './price-file.ts';
import { providers } from './providers/index.ts';
import { openSharedMemory, type SharedMemory } from './shared-memory.ts';
import { openSignIn } from './signing-in.ts';
import { type LiveSnapshot, openLiveSnapshot } from './snapshot/live.ts';
import { storedFeedback } from './store/feedback.ts';
import { storedIdempotency } from './store/idempotency.ts';
import { storedResources } from './store/resources.ts';
import type { Store } from './store/store.ts';

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

/** Replay of the journal, then the snapshot, then the port: whoever gets an answer gets it from a whole instance. */
export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const { config, store, log } = options;
  const clock = systemClock;
  const name = instanceName(config, clock);
  const journal = openJournal({
    directory: path.join(options.dataDir, 'journal', name),
    instance: name,
    clock,
    log,
    fsync: config.journal.fsync,
    fsyncIntervalMs: config.journal.fsyncIntervalMs,
  });
  const parts: Partial<Parts> & Pick<Parts, 'journal'> = { journal };
  try {
    const rolling = keepRolling({ store, log });
    parts.rolling = rolling;
    const post = (rows: readonly string[]) => postUsage(store.db, rows).then(() => rolling.wake());
    const shipper = startShipper({ journal, insert: storableRows(post), clock, log });
    parts.shipper = shipper;
    const mock = mockIsOn(config) ? await startMock({ clock }) : undefined;
    parts.mock = mock;
    const secrets = secretBox(config.secrets, options.dataDir);
    const naming = new Naming({ config, registry: providers, secrets, clock, mock, log });
    const names = naming.withPrices(priceFileOrBundled(options.dataDir, log), priceFileTimeMs(options.dataDir));
    const snapshot = await openLiveSnapshot({ store, names, log });
    parts.snapshot = snapshot;
    parts.prices = followPrices(options, (feed) => snapshot.replaceNames(naming.withPrices(feed, clock.nowMs())));
    const masterSecret = config.secrets.masterKey;
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
      ...(options.leaseTimes && { times: options.leaseTimes }),
    });
    parts.leases = leases;
    const stripe = openPayments(config, { store, clock, log });
    const mailer = mailerOf(config);
    const signIn = await openSignIn(config, { store, secrets, log });
    const refresh = () => snapshot.refresh();
    const content = new ContentKeeper({ store, secrets, reader: conversationReader, clock, log });
    parts.content = content;
    const { routing, providerKeys } = naming;
    const live = new Live({ store, instance: name, clock, log });
    parts.live = live;
    const api = await createApi({
      conversation: conversationReader,
      live,
      store,
      snapshot,
      clock,
      log,
      refresh,
      stripe,
      routing,
      providerKeys,
      secrets,
      providers: naming.providers((credential) => parts.gateway?.healthOf(credential)),
      ...naming.modelParts,
      drift: driftTools(config, options.importDeclared),
      simulation: simulationBy(parts),
      signIn,
      mailer,
    });
    parts.api = api;
    const jobs = await startJobs({
      store,
      log,
      tasks: listTasks({ store, clock, log, grace: config.plans, retention: config.retention, stripe, mail: mailer, secrets }),
    });
    parts.jobs = jobs;
    const dashboard = openDashboard(builtDashboard);
    const gateway = createGateway({
      content,
      snapshot,
      journal: watched(journal, live),
      watcher: live,
      clock,
      log,
      instance: name,
      settings: settingsOf(config),
      leases: leases.book,
      resources: storedResources(store),
      idempotency: storedIdempotency(store),
      feedback: storedFeedback(store, () => shipper.flush(feedbackShipMs)),
      sharedLimits: shared?.limits,
      ...(shared && masterSecret && { sharedAnswers: { bytes: shared.redis, secret: masterSecret } }),
      others: (request, response) => dashboard.handle(request, response) || api.handle(request, response),
    });
    parts.gateway = gateway;
    live.follow(gateway);
    const { host, port } = await gateway.listen({ host: config.server.host, port: config.server.port });
    return new Instance(
      { host, port },
      { ...parts, rolling, shipper, mock, snapshot, prices: parts.prices, shared, leases, content, live, api, jobs, gateway },
      log,
    );
  } catch (error) {
    await closeParts(parts);
    throw error;
  }
}

interface Parts {
  readonly journal: FileJournal;
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

function settingsOf({ server, seals, promptCache, budgets, cache }: Config): GatewaySettings {
  return {
    ...defaultSettings,
    ...server.limits,
    keepaliveMs: server.keepaliveMs,
    sealTtlMs: seals.ttlMs,
    sealBytesMax: seals.bytesMax,
    promptCacheMarks: promptCache.automaticMarks,
    growthStepTokens: budgets.growthStepTokens,
    cache: { ...defaultSettings.cache, ...cache },
  };
}

/** Undefined: no mail is sent. */
function mailerOf({ mail: { url, from } }: Config): Mailer | undefined {
  return url === undefined || from === undefined ? undefined : openMailer({ url, from });
}

/** Undefined where the operator did not ask for it: a new installation talks to nobody by itself. */
function followPrices({ config, dataDir, log }: InstanceOptions, onFeed: (feed: PriceFeed) => void) {
  const { url, refreshHours } = config.catalog;
  if (refreshHours === 0) return undefined;
  return keepPricesFresh({ dataDir, url, everyMs: refreshHours * 3_600_000, log, onFeed });
}

/** As `npm run dashboard:build` leaves it, in a checkout and in the package: beside src/ and dist/. */
const builtDashboard = path.join(import.meta.dirname, '../dashboard/dist');

/** Nobody asks before there is a port. */
function simulationBy(parts: Partial<Parts>): RouteSimulation {
  return {
    async simulate(ask) {
      if (parts.gateway === undefined) throw new Error('a simulation was asked of a gateway that does not run yet');
      return parts.gateway.simulate(ask);
    },
  };
}

/** After the drain time, requests get this long to settle what they were failed with. */
const failMs = 5_000;
/** The journal keeps what does not reach the database in this time; the next start ships it. */
const shipMs = 10_000;

/** Who says at once what it thinks of an answer waits this long for that answer's row. */
const feedbackShipMs = 2_000;

export class Instance {
  readonly address: { readonly host: string; readonly port: number };
  readonly #parts: Parts;
  readonly #log: Log;

  constructor(address: { host: string; port: number }, parts: Parts, log: Log) {
    this.address = address;
    this.#parts = parts;
    this.#log = log;
  }

  /** Resolves when keys made before the call are valid here. */
  refresh(): Promise<void> {
    return this.#parts.snapshot.refresh();
  }

  /** Brings what is settled to the database. Returns whether all of it arrived in time. */
  ship(): Promise<boolean> {
    return this.#parts.shipper.flush(shipMs);
  }

  /** Lets running requests end within `drainMs`, fails the rest, ships all usage. The store stays open. */
  async stop(drainMs: number): Promise<void> {
    const { api, live, gateway, shipper } = this.#parts;
    api.beginDrain();
    live.close();
    gateway.beginDrain();
    if (!(await within(gateway.drained(), drainMs))) {
      this.#log.warn({ drainMs }, 'the drain time is over; what still runs is ended with an error');
      gateway.failAll();
      await within(gateway.drained(), failMs);
    }
    await gateway.close();
    if (!(await shipper.flush(shipMs))) this.#log.warn({}, 'not all usage is in the database; the next start ships it');
    await closeParts({ ...this.#parts, gateway: undefined });
  }

  /** For a process that ends at once: what was buffered is handed to the kernel. */
  flushNow(): void {
    this.#parts.journal.flush();
  }
}

/** In the order opposite to the start's. The shipper reads the journal, so it ends first. */
async function closeParts(parts: Partial<Parts>): Promise<void> {
  const { gateway, live, api, jobs, leases, content, shared, prices, snapshot, mock, shipper, rolling, journal } = parts;
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

/** The same after a restart, so that it takes up its own journal; two on one machine differ by their port. */
function instanceName(config: Config, clock: Clock): string {
  if (config.server.port === 0) return newId('ins', clock.nowMs());
  const host = os
    .hostname()
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .slice(0, 48);
  return `${host}-${config.server.port}`;
}
