/** A gateway instance from a Config: its parts are put together in the order in which they need each other. */
import os from 'node:os';
import { openDataPlane } from './assembly/data-plane.ts';
import { openKnowledge } from './assembly/knowledge.ts';
import { openManagement } from './assembly/management.ts';
import { type Base, closeParts, type InstanceOptions, type Parts } from './assembly/parts.ts';
import { openStorage } from './assembly/storage.ts';
import type { Config } from './config.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { newId } from './lib/id.ts';
import type { Log } from './lib/log.ts';
import { within } from './lib/within.ts';
import { secretBox } from './master-key.ts';

/** Replay of the journal, then the snapshot, then the port: whoever gets an answer gets it from a whole instance. */
export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const { config, log, dataDir } = options;
  const clock = systemClock;
  const base: Base = {
    ...options,
    name: instanceName(config, clock),
    clock,
    secrets: secretBox(config.secrets, dataDir),
  };
  const parts: Partial<Parts> = {};
  try {
    const storage = openStorage(base, parts);
    const knowledge = await openKnowledge(base, storage, parts);
    const management = await openManagement(base, knowledge, parts);
    const gateway = openDataPlane(base, storage, knowledge, management);
    parts.gateway = gateway;
    const { host, port } = await gateway.listen({ host: config.server.host, port: config.server.port });
    return new Instance({ host, port }, { ...parts, ...storage, ...knowledge, ...management, gateway }, log);
  } catch (error) {
    await closeParts(parts);
    throw error;
  }
}

type Running = Partial<Parts> & Pick<Parts, 'journal' | 'shipper' | 'snapshot' | 'live' | 'api' | 'gateway'>;

/** After the drain time, requests get this long to settle what they were failed with. */
const failMs = 5_000;
/** The journal keeps what does not reach the database in this time; the next start ships it. */
const shipMs = 10_000;

export class Instance {
  readonly address: { readonly host: string; readonly port: number };
  readonly #parts: Running;
  readonly #log: Log;

  constructor(address: { host: string; port: number }, parts: Running, log: Log) {
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
