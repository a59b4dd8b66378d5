/** LISTEN on a connection of its own, which comes back by itself. */
import type pg from 'pg';
import type { Log } from '../lib/log.ts';
import { abandon } from './connection.ts';

export interface ChannelListener {
  readonly onNotify: (payload: string) => void;
  /** Listening (again). What was sent in between is lost: look for yourself. */
  readonly onUp: () => void;
  readonly onDown: () => void;
}

export interface Subscription {
  readonly up: boolean;
  close(): void;
}

const retryFirstMs = 100;
const retryMaxMs = 2_000;
/** A connection that lost its other side without a word is found out by asking. */
const aliveIntervalMs = 5_000;
const aliveTimeoutMs = 2_000;

/** `channel` must be a plain identifier. */
export function listenOn(
  open: () => Promise<pg.Client>,
  channel: string,
  listener: ChannelListener,
  log: Log,
): Subscription {
  return new Listening(open, channel, listener, log);
}

class Listening implements Subscription {
  readonly #open: () => Promise<pg.Client>;
  readonly #channel: string;
  readonly #listener: ChannelListener;
  readonly #log: Log;
  #client: pg.Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #retryMs = retryFirstMs;
  #closed = false;

  constructor(open: () => Promise<pg.Client>, channel: string, listener: ChannelListener, log: Log) {
    this.#open = open;
    this.#channel = channel;
    this.#listener = listener;
    this.#log = log;
    void this.#connect();
  }

  get up(): boolean {
    return this.#client !== undefined;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    if (this.#client !== undefined) abandon(this.#client);
    this.#client = undefined;
  }

  async #connect(): Promise<void> {
    let client: pg.Client | undefined;
    try {
      client = await this.#open();
      const opened = client;
      opened.on('notification', ({ payload }) => this.#listener.onNotify(payload ?? ''));
      opened.once('end', () => this.#lose(opened));
      opened.on('error', () => this.#lose(opened));
      await opened.query(`LISTEN ${this.#channel}`);
      if (this.#closed) return abandon(opened);
      this.#client = opened;
      this.#retryMs = retryFirstMs;
      this.#log.debug({ channel: this.#channel }, 'listening to the database');
      this.#checkLater();
      this.#listener.onUp();
    } catch {
      if (client !== undefined) abandon(client);
      this.#retry();
    }
  }

  #lose(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    clearTimeout(this.#timer);
    abandon(client);
    if (this.#closed) return;
    this.#listener.onDown();
    this.#retry();
  }

  #retry(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#connect(), this.#retryMs).unref();
    this.#retryMs = Math.min(this.#retryMs * 2, retryMaxMs);
  }

  #checkLater(): void {
    this.#timer = setTimeout(() => void this.#check(), aliveIntervalMs).unref();
  }

  async #check(): Promise<void> {
    const client = this.#client;
    if (client === undefined) return;
    try {
      await client.query({ text: 'SELECT 1', query_timeout: aliveTimeoutMs } as pg.QueryConfig);
      if (this.#client === client) this.#checkLater();
    } catch {
      this.#lose(client);
    }
  }
}
