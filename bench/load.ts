/**
 * The load generator, a process of its own: raw sockets, prepared requests, no HTTP parser beyond what tells the end of
 * an answer. An answer counts when it has status 200, its first and its last word.
 */
import { connect, type Socket } from 'node:net';
import { firstWord, lastWord } from './script.ts';

export interface Order {
  readonly port: number;
  /** Base64 of one whole request. */
  readonly request: string;
  readonly connections: number;
  readonly durationMs: number;
  readonly requestsMax: number;
  /** Absent: the next request goes out as soon as the last answer is in. Else so many in a second, evenly spread. */
  readonly perSecond?: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly elapsedMs: number;
  /** Sorted. */
  readonly firstTokenMs: readonly number[];
  /** Why the first failed answer failed. */
  readonly failure?: string;
  readonly failures: number;
}

class Run {
  readonly order: Order;
  readonly request: Buffer;
  readonly startedAt = performance.now();
  readonly firstTokenMs: number[] = [];
  requests = 0;
  failures = 0;
  failure: string | undefined;

  constructor(order: Order) {
    this.order = order;
    this.request = Buffer.from(order.request, 'base64');
  }

  get over(): boolean {
    const { durationMs, requestsMax } = this.order;
    return this.failures > 0 || this.requests >= requestsMax || performance.now() - this.startedAt >= durationMs;
  }

  fail(why: string): void {
    this.failures++;
    this.failure ??= why;
  }
}

/** One connection: asks, reads, asks again until the run is over. */
class Caller {
  readonly #run: Run;
  readonly #socket: Socket;
  readonly #done: () => void;
  /** Bytes of the body still to come; -1: it is chunked; undefined: no head yet. */
  #rest: number | undefined;
  #head = '';
  #tail: Buffer = Buffer.alloc(0);
  #sentAt = 0;
  #first = false;
  #last = false;
  #asking = false;
  #dueAt: number;
  readonly #gapMs: number;

  constructor(run: Run, place: number, done: () => void) {
    this.#run = run;
    this.#done = done;
    const { perSecond, connections, port } = run.order;
    this.#dueAt = run.startedAt + (perSecond === undefined ? 0 : (place * 1000) / perSecond);
    this.#gapMs = perSecond === undefined ? 0 : (connections * 1000) / perSecond;
    this.#socket = connect(port, '127.0.0.1', () => this.#next());
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.on('error', (error) => this.#end(error.message));
    this.#socket.on('close', () => this.#end('the connection was closed'));
  }

  #next(): void {
    if (this.#run.over) return this.#end();
    const waitMs = this.#dueAt - performance.now();
    if (waitMs > 0) setTimeout(() => this.#ask(), waitMs);
    else this.#ask();
  }

  #ask(): void {
    if (this.#run.over) return this.#end();
    this.#asking = true;
    this.#rest = undefined;
    this.#head = '';
    this.#first = false;
    this.#last = false;
    this.#dueAt += this.#gapMs;
    this.#sentAt = performance.now();
    this.#socket.write(this.#run.request);
  }

  #read(chunk: Buffer): void {
    let body = chunk;
    if (this.#rest === undefined) {
      this.#head += chunk.toString('latin1');
      const end = this.#head.indexOf('\r\n\r\n');
      if (end === -1) return;
      const length = /content-length: *(\d+)/i.exec(this.#head.slice(0, end))?.[1];
      if (!this.#head.startsWith('HTTP/1.1 200')) return this.#end(this.#head.slice(0, 600));
      this.#rest = length === undefined ? -1 : Number(length);
      body = chunk.subarray(chunk.length - (this.#head.length - end - 4));
    }
    this.#readBody(body);
  }

  #readBody(body: Buffer): void {
    if (!this.#first && body.includes(firstWord)) {
      this.#first = true;
      this.#run.firstTokenMs.push(performance.now() - this.#sentAt);
    }
    this.#last ||= body.includes(lastWord);
    if (this.#rest === -1) {
      if (this.#endsChunked(body)) this.#answered();
      return;
    }
    this.#rest = (this.#rest ?? 0) - body.length;
    if (this.#rest === 0) this.#answered();
  }

  #endsChunked(body: Buffer): boolean {
    this.#tail = body.length >= 5 ? body.subarray(-5) : Buffer.concat([this.#tail, body]).subarray(-5);
    return this.#tail.toString('latin1') === '0\r\n\r\n';
  }

  #answered(): void {
    if (!this.#first || !this.#last) return this.#end('an answer without its first or last word');
    this.#asking = false;
    this.#run.requests++;
    this.#next();
  }

  #end(why?: string): void {
    this.#socket.removeAllListeners('close');
    if (why !== undefined) this.#run.fail(why);
    else if (this.#asking) this.#run.fail('an answer did not end');
    this.#socket.destroy();
    this.#done();
  }
}

async function run(order: Order): Promise<LoadResult> {
  const state = new Run(order);
  const places = Array.from({ length: order.connections }, (_, i) => i);
  await Promise.all(places.map((place) => new Promise<void>((done) => new Caller(state, place, done))));
  return {
    requests: state.requests,
    elapsedMs: performance.now() - state.startedAt,
    firstTokenMs: state.firstTokenMs.toSorted((a, b) => a - b),
    failure: state.failure,
    failures: state.failures,
  };
}

process.on('message', (order: Order) => void run(order).then((result) => process.send?.(result)));
process.on('disconnect', () => process.exit(0));
process.send?.({ port: 0 });
