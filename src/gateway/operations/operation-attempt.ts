/** One try at one target for an operation: what its answer is, and how it may fail, depend on what was asked. */
import type { IncomingHttpHeaders } from 'node:http';
import type { ProgressRecord } from '../../journal/record.ts';
import type { LlmError } from '../../llm/error.ts';
import type { Target } from '../../snapshot/snapshot.ts';
import type { AnswerHost, AnswerReader } from '../answer/answer.ts';
import type { Tally } from '../answer/tally.ts';
import { AttemptRun, type AttemptTools, type Outcome } from '../attempt.ts';
import type { HeaderList } from '../edge/delivery.ts';
import type { Visit } from '../exchange.ts';

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

export class OperationAttempt extends AttemptRun {
  readonly #visit: Visit;
  readonly #ways: AttemptWays;

  constructor(visit: Visit, ways: AttemptWays, tools: AttemptTools, done: (outcome: Outcome) => void) {
    super({ visit, target: ways.target, dialect: ways, tools, done });
    this.#visit = visit;
    this.#ways = ways;
  }

  protected override begin(): void {
    this.#ways.begin(this.id);
  }

  protected override answerReader(headers: IncomingHttpHeaders): AnswerReader | LlmError {
    return isPage(headers) ? page : this.#ways.reader(headers, this);
  }

  protected override costHeaders(tally: Tally): HeaderList {
    return this.#ways.costHeaders(tally);
  }

  protected override progressOf(tally: Tally, now: number): ProgressRecord {
    return this.#ways.progress(tally, now);
  }

  protected override get isStream(): boolean {
    return this.#ways.stream || this.shown;
  }

  protected override get lingers(): boolean {
    return false;
  }

  protected override keepAlive(now: number): void {
    const { delivery } = this.#visit;
    if (this.shown && this.#isEvents()) delivery.write(delivery.dialect.keepalive, now);
  }

  /** Sound has no form of failure: an end would make a whole answer of half a one. */
  protected override tellFailure(error: LlmError): void {
    if (this.#isEvents()) super.tellFailure(error);
    else this.#visit.delivery.tear();
  }

  /** A stream of events is framed as ours; bytes are what the provider says they are. */
  protected override streamHeaders(): HeaderList {
    if (this.#isEvents()) return {};
    const headers: HeaderList = {
      'content-type': contentType(this.headers) || 'application/octet-stream',
      'x-content-type-options': 'nosniff',
    };
    const length = this.headers['content-length'];
    if (length !== undefined && this.headers['content-encoding'] === undefined) headers['content-length'] = length;
    const disposition = this.headers['content-disposition'];
    if (disposition !== undefined && /^[\x20-\x7e]{1,512}$/.test(disposition))
      headers['content-disposition'] = disposition;
    return headers;
  }

  #isEvents(): boolean {
    return contentType(this.headers).startsWith('text/event-stream');
  }
}

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
