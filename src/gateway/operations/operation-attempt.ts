/** One try at one target for an operation: an undici handler, from the journal's attempt record to a known outcome. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { JournalUnavailable, type ProgressRecord } from '../../journal/record.ts';
import { type LlmError, LlmFailure } from '../../llm/error.ts';
import { quotesSecret, withoutSecret } from '../../llm/redact.ts';
import type { Target } from '../../snapshot/snapshot.ts';
import type { AnswerHost, AnswerReader } from '../answer/answer.ts';
import { decoded } from '../answer/decoder.ts';
import { RefusalReader } from '../answer/refusal.ts';
import { emptyTally, type Tally } from '../answer/tally.ts';
import { type AttemptTools, journalAway, type Outcome } from '../attempt.ts';
import type { RunUnderWay } from '../attempts-under-way.ts';
import type { HeaderList } from '../edge/delivery.ts';
import { answerHeaders, ownHeaders } from '../edge/headers.ts';
import type { Visit } from '../exchange.ts';
import { connectionError, expired } from '../upstream/timeouts.ts';

/** What differs from operation to operation. */
export interface AttemptWays {
  readonly target: Target;
  /** The caller asked for a stream: its first piece may be long in coming, and others follow. */
  readonly stream: boolean;
  /** Writes the journal's record; throws JournalUnavailable. */
  begin(attemptId: string): void;
  reader(headers: IncomingHttpHeaders, host: AnswerHost): AnswerReader;
  parseError(status: number, headers: IncomingHttpHeaders, body: string): LlmError;
  /** For a whole answer, known before it is sent. */
  costHeaders(tally: Tally): HeaderList;
  progress(tally: Tally, now: number): ProgressRecord;
}

export class OperationAttempt implements Dispatcher.DispatchHandler, AnswerHost, RunUnderWay {
  readonly id: string;
  readonly startedAt: number;
  upstreamStatus = 0;
  readonly #visit: Visit;
  readonly #ways: AttemptWays;
  readonly #tools: AttemptTools;
  readonly #done: (outcome: Outcome) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #reader: AnswerReader | undefined;
  #headers: IncomingHttpHeaders = {};
  #over = false;
  #ended = false;
  #shown = false;
  #completed = false;
  #lastDataAt: number;

  constructor(visit: Visit, ways: AttemptWays, tools: AttemptTools, done: (outcome: Outcome) => void) {
    this.#visit = visit;
    this.#ways = ways;
    this.#tools = tools;
    this.#done = done;
    this.id = `${visit.id}-${++visit.attemptsBegun}`;
    this.startedAt = tools.clock.monotonicMs();
    this.#lastDataAt = this.startedAt;
    visit.delivery.onGone(() => this.#finish({ type: 'answered', status: 'cancelled', tally: this.tally }));
    visit.delivery.onDrain(() => this.#readOn());
  }

  get tally(): Tally {
    return this.#reader?.tally ?? emptyTally;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#over) return controller.abort(over);
    this.#visit.dispatchedAt ??= this.#now();
    this.#ways.begin(this.id);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (this.#over || status < 200) return;
    this.upstreamStatus = status;
    this.#headers = headers;
    this.#lastDataAt = this.#now();
    const { answerBytesMax } = this.#tools.settings;
    if (status < 300 && isPage(headers)) return this.fail(page);
    const reader = status < 300 ? this.#ways.reader(headers, this) : this.#refusal(status, headers);
    const encoding = headers['content-encoding'];
    const result = decoded(reader, typeof encoding === 'string' ? encoding : undefined, answerBytesMax);
    if ('kind' in result) this.fail(result);
    else this.#reader = result;
  }

  #refusal(status: number, headers: IncomingHttpHeaders): AnswerReader {
    const { credential } = this.#ways.target;
    const dialect = { parseError: this.#ways.parseError };
    return new RefusalReader({ status, headers, dialect, credential, host: this });
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
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#ended = true;
    if (this.#over) return;
    // What the caller uploads was refused, or fell silent, on its way.
    if (error instanceof LlmFailure) this.fail(error.error);
    else if (error instanceof JournalUnavailable) this.fail(journalAway);
    else if (this.#reader === undefined) this.fail(connectionError(error, this.#ways.target));
    else this.#reader.broken(error.message);
  }

  show(piece: Buffer | string): void {
    if (this.#over) return;
    const { delivery } = this.#visit;
    const now = this.#now();
    if (!this.#shown) {
      this.#shown = true;
      this.#visit.firstTokenAt ??= now;
      delivery.startStream({ ...this.#answerHeaders(), ...this.#contentHeaders() });
    }
    if (!delivery.write(piece, now)) this.#controller?.pause();
  }

  showWhole(body: Buffer | string, tally: Tally): void {
    if (this.#over) return;
    this.#shown = true;
    this.#visit.firstTokenAt ??= this.#now();
    const headers = { ...this.#answerHeaders(), ...this.#ways.costHeaders(tally) };
    this.#visit.delivery.send(200, headers, body);
  }

  complete(): void {
    if (this.#over) return;
    this.#completed = true;
    this.#visit.delivery.end();
    this.#finish({ type: 'answered', status: 'completed', tally: this.tally });
  }

  fail(told: LlmError, alreadyShown = false): void {
    if (this.#over) return;
    const error = withoutSecret(told, this.#ways.target.credential);
    const { delivery } = this.#visit;
    if (!this.#shown) return this.#finish({ type: 'refused', error, tally: this.tally });
    if (alreadyShown) delivery.end();
    // Sound has no form of failure: an end would make a whole answer of half a one.
    else if (this.#isEvents()) delivery.fail(error, {});
    else delivery.cut();
    this.#finish({ type: 'answered', status: 'failed', error, tally: this.tally });
  }

  quotesCredential(bytes: Buffer): boolean {
    return quotesSecret(bytes.toString('latin1'), this.#ways.target.credential);
  }

  tick(now: number): void {
    if (this.#over) return;
    const { delivery } = this.#visit;
    const { settings } = this.#tools;
    if (delivery.stalled) {
      if (now - delivery.lastWriteAt > settings.clientStallMs) delivery.cut();
      return;
    }
    const times = { now, startedAt: this.startedAt, lastDataAt: this.#lastDataAt, shown: this.#shown };
    const late = expired(this.#ways.target, { ...times, stream: this.#ways.stream || this.#shown });
    if (late !== undefined) return this.fail(late);
    if (this.#shown && this.#isEvents() && now - delivery.lastWriteAt > settings.keepaliveMs)
      delivery.write(delivery.dialect.keepalive, now);
  }

  /** Since the request arrived. */
  get elapsedMs(): number {
    return this.#now() - this.#visit.startedAt;
  }

  stop(error: LlmError): void {
    this.fail(error);
  }

  progress(now: number): ProgressRecord | undefined {
    return this.#shown ? this.#ways.progress(this.tally, now) : undefined;
  }

  #isEvents(): boolean {
    return contentType(this.#headers).startsWith('text/event-stream');
  }

  /** A stream of events is framed as ours; bytes are what the provider says they are. */
  #contentHeaders(): HeaderList {
    if (this.#isEvents()) return {};
    const headers: HeaderList = {
      'content-type': contentType(this.#headers) || 'application/octet-stream',
      'x-content-type-options': 'nosniff',
    };
    const length = this.#headers['content-length'];
    if (length !== undefined && this.#headers['content-encoding'] === undefined) headers['content-length'] = length;
    const disposition = this.#headers['content-disposition'];
    if (disposition !== undefined && /^[\x20-\x7e]{1,512}$/.test(disposition))
      headers['content-disposition'] = disposition;
    return headers;
  }

  #answerHeaders(): HeaderList {
    const { model, credential } = this.#ways.target;
    const theirs = answerHeaders(this.#headers, credential);
    return { ...theirs, ...ownHeaders(this.#visit, model.id) };
  }

  #finish(outcome: Outcome): void {
    if (this.#over) return;
    this.#over = true;
    const whole = this.#completed && outcome.type === 'answered' && outcome.status === 'cancelled';
    this.#done(whole ? { ...outcome, status: 'completed' } : outcome);
    if (!this.#ended) this.#controller?.abort(over);
  }

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

function contentType(headers: IncomingHttpHeaders): string {
  const type = headers['content-type'] ?? '';
  return /^[\x20-\x7e]{1,256}$/.test(type) ? type.toLowerCase() : '';
}

/** No answer of any operation is a page for a browser, and at our address a browser would trust it. */
function isPage(headers: IncomingHttpHeaders): boolean {
  return /^\s*(text\/html|application\/xhtml)/.test(contentType(headers));
}

const page: LlmError = {
  kind: 'upstream',
  message: 'The provider answered with a web page. Check its baseUrl.',
  code: 'upstream_answer',
};
