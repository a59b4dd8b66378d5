/**
 * How a script answers: honestly through node:http, or byte by byte on the socket where the lie is in the framing.
 * Every write waits for the socket to drain and resolves to false once the caller's side has gone.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { WireEvent } from './answer.ts';
import type { UpstreamCall } from './call.ts';

export type ReplyHeaders = Readonly<Record<string, string | number | readonly string[]>>;

export const sseHeaders: ReplyHeaders = { 'content-type': 'text/event-stream; charset=utf-8' };

export class Reply {
  readonly #call: UpstreamCall;
  readonly #response: ServerResponse;
  readonly #socket: Socket;

  constructor(call: UpstreamCall, response: ServerResponse, socket: Socket) {
    this.#call = call;
    this.#response = response;
    this.#socket = socket;
  }

  get gone(): boolean {
    return this.#socket.destroyed || !this.#socket.writable;
  }

  /** A whole answer with any status, headers and body. */
  async send(status: number, headers: ReplyHeaders, body: string | Buffer): Promise<void> {
    const bytes = Buffer.from(body);
    this.head(status, { 'content-length': bytes.length, ...headers });
    await this.write(bytes);
    this.end();
  }

  json(status: number, body: unknown, headers: ReplyHeaders = {}): Promise<void> {
    return this.send(status, { 'content-type': 'application/json', ...headers }, JSON.stringify(body));
  }

  gzip(status: number, headers: ReplyHeaders, body: string | Buffer): Promise<void> {
    return this.send(status, { ...headers, 'content-encoding': 'gzip' }, gzipSync(body));
  }

  /** Status and headers now, the body later. Without a content-length the body is chunked. */
  head(status: number, headers: ReplyHeaders = {}): void {
    if (this.gone) return;
    this.#call.status = status;
    this.#response.writeHead(status, headers as Record<string, string | number | string[]>);
    this.#response.flushHeaders();
  }

  /** Exactly these bytes, in one write. */
  write(bytes: string | Buffer): Promise<boolean> {
    if (this.gone) return Promise.resolve(false);
    this.#call.bytesSent += Buffer.byteLength(bytes);
    return this.#drained(this.#response.write(bytes));
  }

  /** The events of a stream with a pause between them. False: the caller's side has gone. */
  async events(events: readonly WireEvent[], paceMs = 0): Promise<boolean> {
    for (const event of events) {
      if (this.gone || !(await this.write(event.text))) return false;
      this.#call.tokensSent += event.tokens;
      if (paceMs > 0) await pause(paceMs, undefined, { ref: false });
    }
    return !this.gone;
  }

  /** The same bytes cut at the given offsets, each slice in its own write and event-loop turn. */
  async slices(bytes: Buffer, cuts: readonly number[], pauseMs = 0): Promise<boolean> {
    let from = 0;
    for (const to of [...cuts, bytes.length]) {
      if (to > from && !(await this.write(bytes.subarray(from, to)))) return false;
      from = Math.max(from, to);
      await this.flushed();
      if (pauseMs > 0) await pause(pauseMs, undefined, { ref: false });
    }
    return true;
  }

  /** Filler until `bytes` are sent or the caller's side goes away: a body of 1 GB costs one buffer. */
  async flood(bytes: number, filler: Buffer = Buffer.alloc(64 * 1024, 'x')): Promise<void> {
    for (let sent = 0; sent < bytes; sent += filler.length) if (!(await this.write(filler))) return;
  }

  end(): void {
    if (!this.gone) this.#response.end();
  }

  /** Closes the connection politely (FIN) without ending the body. */
  async fin(): Promise<void> {
    await this.flushed();
    this.#socket.end();
  }

  /** Closes it with a reset (RST), after what was written has left. */
  async reset(): Promise<void> {
    await this.flushed();
    this.#socket.resetAndDestroy();
  }

  /** Bytes on the socket beside all HTTP framing: false lengths, broken chunks, no HTTP at all. */
  raw(bytes: string | Buffer): Promise<boolean> {
    if (this.gone) return Promise.resolve(false);
    this.#call.bytesSent += Buffer.byteLength(bytes);
    return this.#drained(this.#socket.write(bytes));
  }

  /** After `head` without a length: a chunk whose size is no number, then FIN. */
  async brokenChunk(): Promise<void> {
    await this.flushed();
    await this.raw('zz\r\n');
    await this.fin();
  }

  /** A body of another length than `content-length` says, then FIN. A larger claim is a short answer. */
  async wrongLength(status: number, headers: ReplyHeaders, body: string, claimedBytes: number): Promise<void> {
    const lines = Object.entries({ ...headers, 'content-length': claimedBytes }).map(
      ([name, value]) => `${name}: ${value}`,
    );
    this.#call.status = status;
    await this.raw(`HTTP/1.1 ${status} Lie\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
    await this.fin();
  }

  /** Says nothing more; resolves when the caller's side gives up. */
  hang(): Promise<void> {
    return this.#call.closed;
  }

  /** Everything written so far has been given to the kernel. */
  async flushed(): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (!this.gone && this.#socket.writableLength > 0);
  }

  #drained(done: boolean): Promise<boolean> {
    if (done) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (): void => {
        this.#socket.off('drain', settle).off('close', settle);
        resolve(!this.gone);
      };
      this.#socket.once('drain', settle).once('close', settle);
    });
  }
}
