/**
 * The caller's side of one request: nothing is sent until there is something to say; then a head, pieces under
 * back-pressure, and one end. A failure takes the form that the state allows: a status with a body, or an event in the
 * stream that has begun.
 */
import type { ServerResponse } from 'node:http';
import type { StreamSoFar, Voice } from '../../dialects/dialect.ts';
import { type LlmError, statusOf } from '../../llm/error.ts';
import type { AnswerTap } from '../content/answer-tap.ts';
import type { AnswerKeeper } from '../idempotency/recording.ts';

export type HeaderList = Record<string, string>;

export class Delivery {
  readonly requestId: string;
  readonly #response: ServerResponse;
  readonly #dialect: Voice;
  readonly #wrap: ((frames: Buffer | string) => Buffer) | undefined;
  readonly #stallMs: number;
  #streaming = false;
  /** What the caller has got so far: a failure in the middle goes on from there. */
  #soFar: StreamSoFar | undefined;
  #ended = false;
  #recording: AnswerKeeper | undefined;
  #tap: AnswerTap | undefined;
  #waitsForDrain = false;
  #onGone: (() => void) | undefined;
  #onDrain: (() => void) | undefined;
  /** The status that the caller saw; 0 before there was one. */
  status = 0;
  /** Monotonic time of the last write, or of the moment since which the caller reads nothing. */
  lastWriteAt: number;

  /** `stallMs`: a caller that reads nothing of the rest for this long is cut. */
  constructor(response: ServerResponse, dialect: Voice, requestId: string, now: number, stallMs: number) {
    this.#response = response;
    this.#stallMs = stallMs;
    this.#dialect = dialect;
    this.#wrap = dialect.wrapping?.wrapper();
    this.requestId = requestId;
    this.lastWriteAt = now;
    response.on('close', () => this.#closed());
    response.on('drain', () => {
      this.#waitsForDrain = false;
      this.#onDrain?.();
    });
  }

  get dialect(): Voice {
    return this.#dialect;
  }

  /** The caller's connection ended before its answer did, and nobody else wants it. */
  get gone(): boolean {
    return this.#response.destroyed && !this.#response.writableFinished && (this.#ended || !this.#isKept);
  }

  get streaming(): boolean {
    return this.#streaming;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Bytes wait because the caller does not read. */
  get stalled(): boolean {
    return this.#waitsForDrain;
  }

  onGone(callback: () => void): void {
    this.#onGone = callback;
  }

  onDrain(callback: () => void): void {
    this.#onDrain = callback;
  }

  /** From here on all that the caller gets is kept too, and goes on being made when the caller hangs up. */
  record(recording: AnswerKeeper): void {
    this.#recording = recording;
  }

  /** From here on it sees all that the caller gets. */
  tap(tap: AnswerTap): void {
    this.#tap = tap;
  }

  /** Sends the head of a stream. Later calls do nothing: an early keepalive may have sent it already. */
  startStream(headers: HeaderList): void {
    if (this.#streaming || this.#ended || this.gone) return;
    this.#head(200, {
      'content-type': this.#dialect.wrapping?.contentType ?? this.#dialect.framing.contentType,
      ...headers,
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    // Not before: node throws at a header that it does not take, and the caller must hear of that.
    this.#streaming = true;
    this.status = 200;
  }

  /** Returns false when the caller does not keep up: stop reading from the provider until onDrain. */
  write(piece: Buffer | string, now: number): boolean {
    if (this.#ended || this.gone || piece.length === 0) return true;
    const bytes = this.#wrapped(piece);
    if (piece !== this.#dialect.keepalive) {
      this.#soFar = { first: this.#soFar?.first ?? piece, last: piece };
      this.#recording?.add(bytes, piece);
      this.#tap?.add(piece);
    }
    this.lastWriteAt = now;
    if (this.#response.destroyed) return this.#goOn();
    const flowing = this.#response.write(bytes);
    if (!flowing) this.#waitsForDrain = true;
    return flowing;
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#recording?.end();
    if (this.#response.destroyed) return;
    this.#response.end();
    this.#watchRest();
  }

  /** A whole answer in one piece. */
  send(status: number, headers: HeaderList, body: Buffer | string): void {
    if (this.#ended || this.gone) return;
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    this.#head(status, {
      'content-type': 'application/json; charset=utf-8',
      ...headers,
      'content-length': String(bytes.length),
    });
    this.#ended = true;
    this.status = status;
    this.#recording?.add(bytes, bytes);
    this.#tap?.add(bytes);
    this.#recording?.end();
    if (this.#response.destroyed) return;
    this.#response.end(bytes);
    this.#watchRest();
  }

  /** Ends the request as a failure, in the caller's dialect. */
  fail(failure: LlmError, headers: HeaderList): void {
    if (this.#ended || this.gone) return;
    const error = presentable(failure);
    if (this.#streaming) {
      this.write(this.#dialect.renderStreamError(error, this.requestId, this.#soFar), this.lastWriteAt);
      this.end();
      return;
    }
    const { status, body, headers: own } = this.#dialect.renderError(error, this.requestId);
    this.send(status ?? statusOf(error), { ...headers, ...own, ...retryHeaders(error) }, body);
  }

  #head(status: number, headers: HeaderList): void {
    if (!this.#response.destroyed) this.#response.writeHead(status, headers);
    this.#recording?.head(status, headers);
    this.#tap?.head(status, headers);
  }

  #wrapped(frames: Buffer | string): Buffer | string {
    return this.#wrap === undefined ? frames : this.#wrap(frames);
  }

  /** Cuts a caller that reads nothing. What is recorded goes on, as when it had hung up. */
  cut(): void {
    if (!this.#isKept) this.#ended = true;
    this.#response.destroy();
  }

  /** Nobody who waited for what is recorded is left: without a caller, it ends as if that one hung up now. */
  forsake(): void {
    if (this.#response.destroyed && !this.#ended && !this.#isKept) this.#leave();
  }

  /** Ends an answer that broke where its dialect has no form of failure. */
  tear(): void {
    this.#ended = true;
    this.#response.destroy();
  }

  /**
   * Nobody else looks after an answer that has ended, and up to a whole one may wait for a caller that never reads it.
   * The socket's timer starts again with each byte that goes, and node sets another one for the next request.
   */
  #watchRest(): void {
    if (this.#response.writableLength > 0) this.#response.socket?.setTimeout(this.#stallMs);
  }

  #closed(): void {
    if (this.#response.writableFinished) return;
    if (this.#ended || !this.#isKept) return this.#leave();
    this.#waitsForDrain = false;
    this.#onDrain?.();
  }

  /** Without a caller, what is too long to be kept is made for nobody. */
  #goOn(): boolean {
    if (!this.#isKept) this.#leave();
    return true;
  }

  get #isKept(): boolean {
    return this.#recording?.wanted === true;
  }

  #leave(): void {
    this.#ended = true;
    this.#onGone?.();
  }
}

/** Callers' own text may stand in a message: what reaches a log or a screen is bounded and printable. */
function presentable(error: LlmError): LlmError {
  return { ...error, message: printable(error.message, 2048), param: error.param && printable(error.param, 256) };
}

function printable(text: string, lengthMax: number): string {
  return text
    .slice(0, lengthMax)
    .toWellFormed()
    .replace(/\p{Cc}/gu, ' ');
}

function retryHeaders(error: LlmError): HeaderList {
  // SDKs try every 409 again by themselves, unless they are told that it will not pass.
  if (error.retryAfterMs === undefined) return error.kind === 'conflict' ? { 'x-should-retry': 'false' } : {};
  return { 'retry-after': String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))) };
}
