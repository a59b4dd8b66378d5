/**
 * A real Postgres of our own in the data directory. Several processes may use it: the first one starts it and stops it
 * at its end, the others share it; whoever is left starts it again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Address } from '../address.ts';
import { type Binaries, prepareBinaries } from './binaries.ts';
import { clusterUser, prepareCluster } from './cluster.ts';
import { type Place, preparePlace } from './place.ts';
import { probeServer } from './presence.ts';
import { findOrStartServer, type Server } from './server.ts';

export interface EmbeddedPostgres {
  readonly address: Address;
  /** The directory, for messages. */
  readonly place: string;
  /** The server seems to be gone: makes sure that there is one. Returns at once. */
  revive(): void;
  /** Stops the server if this process is in charge of it. */
  close(): Promise<void>;
}

export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Finds or starts the server. Throws StoreError. */
export async function openEmbeddedPostgres({ dataDir, clock, log }: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const place = preparePlace(dataDir);
  const binaries = prepareBinaries(place.identity);
  const password = await prepareCluster(place, binaries);
  const config = { host: place.socketDir, port: 5432, user: clusterUser, password, database: 'postgres', ssl: false };
  const supervisor = new Supervisor(place, binaries, { config, place: place.home }, clock, log);
  await supervisor.start();
  return supervisor;
}

const backoffFirstMs = 100;
const backoffMaxMs = 5_000;
/** A server that ran this long starts again at once. */
const steadyMs = 30_000;

class Supervisor implements EmbeddedPostgres {
  readonly address: Address;
  readonly place: string;
  readonly #place: Place;
  readonly #binaries: Binaries;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #closing = new AbortController();
  #server: Server | undefined;
  #startedMs = 0;
  #backoffMs = backoffFirstMs;
  #reviving: Promise<void> | undefined;

  constructor(place: Place, binaries: Binaries, address: Address, clock: Clock, log: Log) {
    this.#place = place;
    this.#binaries = binaries;
    this.address = address;
    this.place = place.home;
    this.#clock = clock;
    this.#log = log;
  }

  async start(): Promise<void> {
    const server = await findOrStartServer({
      place: this.#place,
      binaries: this.#binaries,
      probe: () => probeServer(this.address),
      log: this.#log,
      signal: this.#closing.signal,
    });
    this.#server = server;
    this.#startedMs = this.#clock.monotonicMs();
    server.onEnd(() => this.revive());
  }

  revive(): void {
    const running = this.#server?.owned === true && !this.#server.ended;
    if (running || this.#reviving !== undefined || this.#closing.signal.aborted) return;
    this.#reviving = this.#revive().finally(() => {
      this.#reviving = undefined;
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#reviving;
    await this.#server?.stop();
  }

  async #revive(): Promise<void> {
    if (this.#clock.monotonicMs() - this.#startedMs > steadyMs) this.#backoffMs = backoffFirstMs;
    while (!this.#closing.signal.aborted) {
      try {
        await delay(this.#backoffMs, undefined, { signal: this.#closing.signal, ref: false });
        this.#backoffMs = Math.min(this.#backoffMs * 2, backoffMaxMs);
        await this.start();
        return;
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        this.#log.error({ error }, 'the embedded Postgres cannot be started again; trying on');
      }
    }
  }
}
