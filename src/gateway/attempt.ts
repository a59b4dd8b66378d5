/**
 * One try at one target, whatever is asked: an undici handler, from the journal's attempt record to a known outcome.
 * Callbacks only; the one promise is the outcome. Nothing is shown to the caller until the answer's reader says that there
 * is something. What a chat does in its own way is in chat-attempt.ts, what an operation does in operation-attempt.ts.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Dialect } from '../dialects/dialect.ts';
import { type Journal, JournalUnavailable, type ProgressRecord } from '../journal/record.ts';
import type { Clock } from '../lib/clock.ts';
import { type LlmError, LlmFailure } from '../llm/error.ts';
import { quotesSecret, withoutSecret } from '../llm/redact.ts';
import type { Target } from '../snapshot/snapshot.ts';
import type { AnswerHost, AnswerReader } from './answer/answer.ts';
import { decoded } from './answer/decoder.ts';
import { RefusalReader } from './answer/refusal.ts';
import { emptyTally, type Tally } from './answer/tally.ts';
import type { RunUnderWay } from './attempts-under-way.ts';
import type { Gate, StreamFunds } from './budgets/stream-funds.ts';
import type { HeaderList } from './edge/delivery.ts';
import { answerHeaders, ownHeaders } from './edge/headers.ts';
import type { Visit } from './exchange.ts';
import { hedgeLost } from './hedging/lost.ts';
import type { Race, Runner } from './hedging/race.ts';
import { ofOwner } from './own-key.ts';
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

/** An attempt that is over. */
export interface Dispatched {
  readonly run: {
    readonly id: string;
    readonly startedAt: number;
    readonly upstreamStatus: number;
    /** Monotonic time of a stream's first content. */
    readonly firstShownAt?: number | undefined;
    /** Monotonic times: the connection was there and the request on its way; the answer's head came. */
    readonly sentAt?: number | undefined;
    readonly answeredAt?: number | undefined;
  };
  readonly outcome: Outcome;
}

export interface AttemptTools {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly settings: GatewaySettings;
  readonly seals: Seals;
  readonly instance: string;
}

export interface AttemptFacts {
  readonly visit: Visit;
  readonly target: Target;
  /** Reads what the target answers with another status than a success. */
  readonly dialect: Pick<Dialect, 'parseError'>;
  readonly tools: AttemptTools;
  readonly done: (outcome: Outcome) => void;
  /** Where another target is asked beside this one. */
  readonly race?: Race | undefined;
}

/** After its last content an answer gets this long to name its usage and close. */
const lingerMs = 2000;

export abstract class AttemptRun implements Dispatcher.DispatchHandler, AnswerHost, RunUnderWay, Gate, Runner {
  readonly id: string;
  readonly startedAt: number;
  upstreamStatus = 0;
  /** Monotonic time of the first content of a stream. */
  firstShownAt: number | undefined;
  sentAt: number | undefined;
  answeredAt: number | undefined;
  protected readonly tools: AttemptTools;
  /** The provider's own. */
  protected headers: IncomingHttpHeaders = {};
  /** Something of this answer is with the caller. */
  protected shown = false;
  /** Absent: nobody limits what this answer may cost. */
  protected streamFunds: StreamFunds | undefined;
  readonly #facts: AttemptFacts;
  #controller: Dispatcher.DispatchController | undefined;
  #reader: AnswerReader | undefined;
  #over = false;
  /** The provider's side is over: there is nothing left to abort. */
  #ended = false;
  #completedAt: number | undefined;
  #lastDataAt: number;

  constructor(facts: AttemptFacts) {
    const { visit, tools } = facts;
    this.#facts = facts;
    this.tools = tools;
    this.id = `${visit.id}-${++visit.attemptsBegun}`;
    this.startedAt = tools.clock.monotonicMs();
    this.#lastDataAt = this.startedAt;
    this.#follow();
    facts.race?.join(this);
  }

  /** The caller's connection has one listener. */
  #follow(): void {
    const { delivery } = this.#facts.visit;
    delivery.onGone(() => this.cancelled());
    delivery.onDrain(() => this.#readOn());
  }

  won(): void {
    this.#follow();
  }

  lost(): void {
    this.fail(hedgeLost);
  }

  cancelled(): void {
    this.#finish({ type: 'answered', status: 'cancelled', tally: this.tally });
  }

  /** Writes the journal's record. Throws JournalUnavailable. */
  protected abstract begin(): void;
  /** For an answer with a success's status; the error, where its headers already say that it is none. */
  protected abstract answerReader(headers: IncomingHttpHeaders): AnswerReader | LlmError;
  /** What the caller is told beside the provider's own headers and ours, where a stream begins. */
  protected abstract streamHeaders(): HeaderList;
  /** For a whole answer, known before it is sent. */
  protected abstract costHeaders(tally: Tally): HeaderList;
  protected abstract progressOf(tally: Tally, now: number): ProgressRecord;
  /** The caller is given a stream: its first piece may be long in coming, and others follow. */
  protected abstract get isStream(): boolean;
  /** Bytes may follow a complete answer, which name its usage. */
  protected abstract get lingers(): boolean;
  /** Nothing was written for so long that the caller, or what stands between, may think the connection dead. */
  protected abstract keepAlive(now: number): void;

  get tally(): Tally {
    return this.#reader?.tally ?? emptyTally;
  }

  /** Since the request arrived. */
  get elapsedMs(): number {
    return this.#now() - this.#facts.visit.startedAt;
  }

  progress(now: number): ProgressRecord | undefined {
    return this.shown ? this.progressOf(this.tally, now) : undefined;
  }

  /** Right before the first byte: the journal knows of the attempt, or there is none. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#over) return controller.abort(over);
    this.sentAt = this.#now();
    this.#facts.visit.dispatchedAt ??= this.sentAt;
    this.begin();
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (this.#over || status < 200) return;
    this.upstreamStatus = status;
    this.headers = headers;
    this.#lastDataAt = this.#now();
    this.answeredAt = this.#lastDataAt;
    const reader = status < 300 ? this.answerReader(headers) : this.#refusalReader(status, headers);
    const encoding = headers['content-encoding'];
    const result =
      'kind' in reader
        ? reader
        : decoded(reader, typeof encoding === 'string' ? encoding : undefined, this.tools.settings.answerBytesMax);
    if ('kind' in result) this.fail(result);
    else this.#reader = result;
  }

  #refusalReader(status: number, headers: IncomingHttpHeaders): AnswerReader {
    const { dialect, target } = this.#facts;
    return new RefusalReader({ status, headers, dialect, credential: target.credential, host: this });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#lastDataAt = this.#now();
    if (!this.#over) this.#reader?.push(chunk);
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
    // What the caller uploads was refused, or fell silent, on its way.
    if (error instanceof LlmFailure) this.fail(error.error);
    else if (error instanceof JournalUnavailable) this.fail(journalAway);
    else if (this.#reader === undefined)
      this.fail(connectionError(error, this.#facts.target, this.#controller !== undefined));
    else this.#reader.broken(error.message);
    this.#closed();
  }

  show(piece: Buffer | string): void {
    if (this.#over) return;
    const { visit, race } = this.#facts;
    const now = this.#now();
    if (!this.shown) {
      if (race?.claim(this) === false) return;
      this.shown = true;
      this.firstShownAt = now;
      visit.firstTokenAt ??= now;
      this.startStream();
    }
    if (!visit.delivery.write(piece, now)) this.#controller?.pause();
    this.streamFunds?.shown(this.tally.outputTokensSeen);
  }

  showWhole(body: Buffer | string, tally: Tally): void {
    const { visit, race } = this.#facts;
    if (this.#over || race?.claim(this) === false) return;
    this.shown = true;
    visit.firstTokenAt ??= this.#now();
    visit.delivery.send(200, { ...this.#answerHeaders(), ...this.costHeaders(tally) }, body);
  }

  complete(): void {
    if (this.#over) return;
    this.#completedAt = this.#now();
    this.#facts.visit.delivery.end();
    if (!this.lingers) this.#closed();
    // A decompressor is done only after the provider: nothing more can come, so nothing is waited for.
    else if (this.#ended) queueMicrotask(() => this.#closed());
  }

  fail(told: LlmError, alreadyShown = false): void {
    if (this.#over) return;
    const { visit, target } = this.#facts;
    const error = withoutSecret(ofOwner(told, target.credential), target.credential);
    if (!this.shown || this.mayGoOn(error)) return this.#finish({ type: 'refused', error, tally: this.tally });
    if (alreadyShown) visit.delivery.end();
    else this.tellFailure(error);
    this.#finish({ type: 'answered', status: 'failed', error, tally: this.tally });
  }

  /** Another target may go on where this answer broke. */
  protected mayGoOn(_error: LlmError): boolean {
    return false;
  }

  /** In a stream that has begun. */
  protected tellFailure(error: LlmError): void {
    this.#facts.visit.delivery.fail(error, {});
  }

  quotesCredential(bytes: Buffer): boolean {
    return quotesSecret(bytes.toString('latin1'), this.#facts.target.credential);
  }

  /** Called about once a second, and oftener where times are short. */
  tick(now: number): void {
    if (this.#over) return;
    if (this.#completedAt !== undefined) {
      if (now - this.#completedAt > lingerMs) this.#closed();
      return;
    }
    const { visit, target } = this.#facts;
    const { delivery } = visit;
    const { settings } = this.tools;
    if (delivery.stalled) {
      if (now - delivery.lastWriteAt > settings.clientStallMs) delivery.cut();
      return;
    }
    const askedAt = visit.dispatchedAt ?? this.startedAt;
    const times = { now, askedAt, startedAt: this.startedAt, lastDataAt: this.#lastDataAt, shown: this.shown };
    const late = expired(target, { ...times, stream: this.isStream });
    if (late !== undefined) return this.fail(late);
    if (now - delivery.lastWriteAt > settings.keepaliveMs) this.keepAlive(now);
  }

  /** Ends from outside: the gateway stops. */
  stop(error: LlmError): void {
    this.fail(error);
  }

  protected startStream(): void {
    this.#facts.visit.delivery.startStream({ ...this.#answerHeaders(), ...this.streamHeaders() });
  }

  #answerHeaders(): HeaderList {
    const { visit, target } = this.#facts;
    return { ...answerHeaders(this.headers, target.credential), ...ownHeaders(visit, target.model.id) };
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
    this.#facts.done(whole ? { ...outcome, status: 'completed' } : outcome);
    if (!this.#ended) this.#controller?.abort(over);
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    if (!this.#facts.visit.delivery.stalled) this.#readOn();
  }

  /** What pays for it is used up. An answer that is complete is paid for as it is. */
  end(error: LlmError): void {
    if (this.#completedAt === undefined) this.fail(error);
  }

  /** The provider was kept waiting by the caller: its own silence begins now. */
  #readOn(): void {
    this.#lastDataAt = this.#now();
    if (this.streamFunds?.waits !== true) this.#controller?.resume();
  }

  #now(): number {
    return this.tools.clock.monotonicMs();
  }
}

/** Made once: an error collects a stack, and nobody reads this one. */
const over = new Error('the attempt is over');

const journalAway: LlmError = {
  kind: 'unavailable',
  message:
    'The gateway cannot write its journal, so no provider is asked. The operator finds the reason in the log (disk full, read-only). Try again soon.',
  code: 'journal_unavailable',
  retryAfterMs: 5000,
};
