/** A plain pool of the driver, for a library that cannot draw from the store's own: the queue of jobs. */
import pg from 'pg';
import type { Address } from './address.ts';
import { type ConnectionSettings, clientConfig, prepareConnection } from './connection.ts';

export type DriverPool = pg.Pool;

/** Every connection takes writes: a new one goes to the host that worked last, and after a failure to the next one. */
export function openDriverPool(addresses: readonly Address[], settings: ConnectionSettings, size: number): DriverPool {
  let current = 0;
  const next = (): Address => addresses[current % addresses.length] as Address;
  const leave = (failed: Address): void => {
    // Whoever failed at the same host a moment ago has moved on already.
    if (next() === failed) current++;
  };

  /** The pool knows one host only, so that its connections choose theirs. */
  class WritableClient extends pg.Client {
    readonly #address: Address;

    constructor() {
      const address = next();
      // Values as the library expects them: for the driver, int8 is text.
      const types = { getTypeParser: pg.types.getTypeParser };
      super({ ...clientConfig(address, settings), types, query_timeout: settings.statementTimeoutMs + 2_000 });
      this.#address = address;
      // One that breaks while in use would end the process; its user hears of it by the next query.
      this.on('error', () => {});
    }

    override connect(): Promise<this>;
    override connect(callback: (error: Error) => void): void;
    override connect(callback?: (error: Error) => void): Promise<this> | undefined {
      const connected = this.#connect();
      if (callback === undefined) return connected;
      connected.then(() => (callback as (error?: Error) => void)(), callback);
      return undefined;
    }

    async #connect(): Promise<this> {
      try {
        await super.connect();
        return this;
      } catch (error) {
        leave(this.#address);
        throw error;
      }
    }

    async prepare(): Promise<void> {
      try {
        await prepareConnection(this, settings, this.#address.place);
      } catch (error) {
        leave(this.#address);
        throw error;
      }
    }
  }

  const pool = new pg.Pool({
    Client: WritableClient,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    idleTimeoutMillis: 60_000,
    max: size,
    onConnect: (client) => (client as WritableClient).prepare(),
  });
  pool.on('error', () => {});
  // The queue asks for this listener, and complains on the terminal; the connections have one of their own.
  pool.on('connect', () => {});
  return pool;
}
