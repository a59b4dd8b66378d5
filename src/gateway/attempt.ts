/**
 * One try at one target: an undici handler, from the journal's attempt record to a known outcome. Callbacks only; the
 * one promise is the outcome. Nothing is shown to the caller until the answer's reader says that there is something.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { type Journal, JournalUnavailable, type ProgressRecord } from '../journal/record.ts';
import type { Clock } from '../lib/clock.ts';
import type { LlmError } from '../llm/error.ts';
import { quotesSecret, withoutSecret } from '../llm/redact.ts';
import type { AnswerHost, AnswerReader } from './answer/answer.ts';
import { decoded } from './answer/decoder.ts';
import { SniffingReader } from './answer/reader.ts';
import { RefusalReader } from './answer/refusal.ts';
import { emptyTally, type Tally } from './answer/tally.ts';
import { UnwrappedReader } from './answer/unwrapped-reader.ts';
import type { RunUnderWay } from './attempts-under-way.ts';
import { answerHeaders, costHeader, ownHeaders } from './edge/headers.ts';
import type { Exchange } from './exchange.ts';
import { attemptRecord, progressRecord } from './metering/meter.ts';
import type { Plan } from './plan.ts';
import type { Seals } from './seals/seals.ts';
import type { GatewaySettings } from './settings.ts';
import { connectionError, expired } from './upstream/timeouts.ts';

export type Outcome =
  /** The caller has its answer, or as much of it as there was. */
  | {
      readonly type: 'answered';
      readonly status: 'completed' | 'failed' | 'cancelled';
      readonly error?: LlmError;
      readonly tally: Tally;
    }
  /** Nothing was shown: another target may be asked. */
  | { readonly type: 'refused'; readonly error: LlmError; readonly tally: Tally };

export interface AttemptTools {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly settings: GatewaySettings;
  readonly seals: Seals;
}

/** After its last content an answer gets this long to name its usage and close. */
const lingerMs = 2000;

export class AttemptRun implements Dispatcher.DispatchHandler, AnswerHost, RunUnderWay {
  readonly id: string;
  readonly startedAt: number;
  readonly plan: Plan;
  upstreamStatus = 0;
  readonly exchange: Exchange;
  readonly #tools: AttemptTools;
  readonly #done: (outcome: Outcome) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #reader: AnswerReader | undefined;
  #headers: IncomingHttpHeaders = {};
  #over = false;
  /** The provider's side is over: there is nothing left to abort. */
  #ended = false;
  /** Something of this answer is with the caller. */
  #shown = false;
  #completedAt: number | undefined;
  #lastDataAt: number;

  constructor(exchange: Exchange, plan: Plan, tools: AttemptTools, done: (outcome: Outcome) => void) {
    this.exchange = exchange;
    this.plan = plan;
    this.#tools = tools;
    this.#done = done;
    this.id = `${exchange.id}-${++exchange.attemptsBegun}`;
    this.startedAt = tools.clock.monotonicMs();
    this.#lastDataAt = this.startedAt;
    exchange.delivery.onGone(() => this.#finish({ type: 'answered', status: 'cancelled', tally: this.tally }));
    exchange.delivery.onDrain(() => this.#readOn());
  }

  get tally(): Tally {
    return this.#reader?.tally ?? emptyTally;
  }

  progress(now: number): ProgressRecord | undefined {
    return this.#shown ? progressRecord(this.exchange, this.plan, this.tally, now) : undefined;
  }

  get elapsedMs(): number {
    return this.#now() - this.exchange.startedAt;
  }

  /** Right before the first byte: the journal knows of the attempt, or there is none. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#over) {
      controller.abort(over);
      return;
    }
    this.exchange.dispatchedAt ??= this.#now();
    this.#tools.journal.attempt(attemptRecord(this.exchange, this.plan, this.id, this.#tools.clock.nowMs()));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (this.#over || status < 200) return;
    this.upstreamStatus = status;
    this.#headers = headers;
    this.#lastDataAt = this.#now();
    const { plan } = this;
    const reader =
      status < 300
        ? this.#answerReader()
        : new RefusalReader({
            status,
            headers,
            dialect: plan.dialect,
            credential: plan.target.credential,
            host: this,
          });
    const encoding = headers['content-encoding'];
    const result = decoded(
      reader,
      typeof encoding === 'string' ? encoding : undefined,
      this.#tools.settings.answerBytesMax,
    );
    if ('kind' in result) this.fail(result);
    else this.#reader = result;
  }

  #answerReader(): AnswerReader {
    const { seals, settings } = this.#tools;
    const reader = new SniffingReader(this.exchange, this.plan, this, seals, settings.answerBytesMax);
    return this.plan.endpoint.framing === 'aws-chunks' ? new UnwrappedReader(reader, this.plan.dialect) : reader;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#lastDataAt = this.#now();
    this.#reader?.push(chunk);
  }

  onResponseEnd(): void {
    this.#ended = true;
    if (this.#reader === undefined)
      this.fail({ kind: 'upstream', message: 'The provider gave no answer.', code: 'empty_answer' });
    else this.#reader.end();
    this.#closed();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#ended = true;
    if (this.#over) return;
    if (error instanceof JournalUnavailable) this.fail(journalAway);
    else if (this.#reader === undefined) this.fail(connectionError(error, this.plan.target));
    else this.#reader.broken(error.message);
    this.#closed();
  }

  show(piece: Buffer | string): void {
    const { delivery } = this.exchange;
    const now = this.#now();
    if (!this.#shown) {
      this.#shown = true;
      this.exchange.firstTokenAt ??= now;
      delivery.startStream(this.#answerHeaders());
    }
    if (!delivery.write(piece, now)) this.#controller?.pause();
  }

  showWhole(body: Buffer | string, tally: Tally): void {
    this.#shown = true;
    this.exchange.firstTokenAt ??= this.#now();
    const headers = { ...this.#answerHeaders(), ...costHeader(this.exchange, this.plan, tally) };
    this.exchange.delivery.send(200, headers, body);
  }

  complete(): void {
    if (this.#over) return;
    this.#completedAt = this.#now();
    this.exchange.delivery.end();
    // A decompressor is done only after the provider: nothing more can come, so nothing is waited for.
    if (this.#ended) queueMicrotask(() => this.#closed());
  }

  fail(told: LlmError, alreadyShown = false): void {
    if (this.#over) return;
    const error = withoutSecret(told, this.plan.target.credential);
    const { delivery } = this.exchange;
    if (!this.#shown) return this.#finish({ type: 'refused', error, tally: this.tally });
    if (alreadyShown) delivery.end();
    else delivery.fail(error, {});
    this.#finish({ type: 'answered', status: 'failed', error, tally: this.tally });
  }

  quotesCredential(bytes: Buffer): boolean {
    return quotesSecret(bytes.toString('latin1'), this.plan.target.credential);
  }

  /** Called about once a second, and oftener where times are short. */
  tick(now: number): void {
    if (this.#over) return;
    const { delivery } = this.exchange;
    const { settings } = this.#tools;
    if (this.#completedAt !== undefined) {
      if (now - this.#completedAt > lingerMs) this.#closed();
      return;
    }
    if (delivery.stalled) {
      if (now - delivery.lastWriteAt > settings.clientStallMs) delivery.cut();
      return;
    }
    const late = expired(this.plan.target, {
      now,
      startedAt: this.startedAt,
      lastDataAt: this.#lastDataAt,
      shown: this.#shown,
      stream: this.exchange.ask.stream,
    });
    if (late !== undefined) return this.fail(late);
    if (this.exchange.ask.stream && now - delivery.lastWriteAt > settings.keepaliveMs) this.#keepAlive(now);
  }

  /** Ends from outside: the gateway stops. */
  stop(error: LlmError): void {
    this.fail(error);
  }

  /** The head goes out with the first keepalive: later failures before content still fall over, unseen. */
  #keepAlive(now: number): void {
    const { delivery } = this.exchange;
    delivery.startStream(this.#answerHeaders());
    delivery.write(delivery.dialect.keepalive, now);
  }

  #answerHeaders(): Record<string, string> {
    const theirs = answerHeaders(this.#headers, this.plan.target.credential);
    return { ...theirs, ...ownHeaders(this.exchange, this.plan.target.model.id) };
  }

  /** Nothing more will come: an answer that was complete is settled now, with whatever usage was named. */
  #closed(): void {
    if (this.#completedAt !== undefined) this.#finish({ type: 'answered', status: 'completed', tally: this.tally });
  }

  #finish(outcome: Outcome): void {
    if (this.#over) return;
    this.#over = true;
    // An answer that was complete when its caller hung up is complete.
    const whole = this.#completedAt !== undefined && outcome.type === 'answered' && outcome.status === 'cancelled';
    this.#done(whole ? { ...outcome, status: 'completed' } : outcome);
    if (!this.#ended) this.#controller?.abort(over);
  }

  /** The provider was kept waiting by the caller: its own silence begins now. */
  #readOn(): void {
    this.#lastDataAt = this.#now();
    this.#controller?.resume();
  }

  #now(): number {
    return this.#tools.clock.monotonicMs();
  }
}

/** Made once: an error collects a stack, and nobody reads this one. */
const over = new Error('the attempt is over');

export const journalAway: LlmError = {
  kind: 'unavailable',
  message:
    'The gateway cannot write its journal, so no provider is asked. The operator finds the reason in the log (disk full, read-only). Try again soon.',
  code: 'journal_unavailable',
  retryAfterMs: 5000,
};
