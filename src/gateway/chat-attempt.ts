/** One try at one target for a chat: relayed or translated, with what its provider sealed. */
import type { OpeningRecord, ProgressRecord } from '../journal/record.ts';
import { errorKinds, type LlmError } from '../llm/error.ts';
import type { AnswerReader } from './answer/answer.ts';
import { SniffingReader } from './answer/reader.ts';
import type { Tally } from './answer/tally.ts';
import { UnwrappedReader } from './answer/unwrapped-reader.ts';
import { AttemptRun, type AttemptTools, type Outcome } from './attempt.ts';
import { StreamFunds } from './budgets/stream-funds.ts';
import type { HeaderList } from './edge/delivery.ts';
import { costHeader } from './edge/headers.ts';
import type { Exchange } from './exchange.ts';
import type { Race } from './hedging/race.ts';
import { attemptRecord, intentRecord, progressRecord } from './metering/meter.ts';
import type { Plan } from './plan.ts';

export class ChatAttempt extends AttemptRun {
  readonly #exchange: Exchange;
  readonly #plan: Plan;

  constructor(exchange: Exchange, plan: Plan, tools: AttemptTools, done: (outcome: Outcome) => void, race?: Race) {
    super({ visit: exchange, target: plan.target, dialect: plan.dialect, tools, done, race });
    this.#exchange = exchange;
    this.#plan = plan;
    const { funds, ask } = exchange;
    if (funds !== undefined && ask.stream)
      this.streamFunds = new StreamFunds(funds, plan, this, tools.settings.growthStepTokens);
  }

  /** The other's plan may have said what is lost on its own way. */
  override won(): void {
    super.won();
    this.#exchange.replaceNotes(this.#plan.notes);
  }

  protected override mayGoOn({ kind }: LlmError): boolean {
    const { joint } = this.#exchange;
    if (joint?.mayGoOn !== true || !errorKinds[kind].retryable || kind === 'unavailable') return false;
    joint.brokenTally = this.tally;
    return true;
  }

  protected override begin(): void {
    const { journal, clock } = this.tools;
    journal.attempt(attemptRecord(this.#exchange, this.#plan, this.id, clock.nowMs()));
  }

  opening(): OpeningRecord {
    const { clock, instance } = this.tools;
    return {
      type: 'opening',
      requestId: this.#exchange.id,
      intent: intentRecord(this.#exchange, instance),
      attempt: attemptRecord(this.#exchange, this.#plan, this.id, clock.nowMs()),
    };
  }

  protected override answerReader(): AnswerReader {
    const { seals, settings } = this.tools;
    const { endpoint, dialect } = this.#plan;
    const reader = new SniffingReader(this.#exchange, this.#plan, this, seals, settings.answerBytesMax);
    return endpoint.framing === 'aws-chunks' ? new UnwrappedReader(reader, dialect) : reader;
  }

  protected override streamHeaders(): HeaderList {
    return {};
  }

  protected override costHeaders(tally: Tally): HeaderList {
    return costHeader(this.#exchange, this.#plan, tally);
  }

  protected override progressOf(tally: Tally, now: number): ProgressRecord {
    return progressRecord(this.#exchange, this.#plan, tally, now);
  }

  protected override get isStream(): boolean {
    return this.#exchange.ask.stream;
  }

  protected override get lingers(): boolean {
    return true;
  }

  /** The head goes out with the first keepalive: later failures before content still fall over, unseen. */
  protected override keepAlive(now: number): void {
    if (!this.isStream) return;
    const { delivery } = this.#exchange;
    this.startStream();
    delivery.write(delivery.dialect.keepalive, now);
  }
}
