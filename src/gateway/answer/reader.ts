/**
 * Which reader an answer gets. Relay where nothing must change; the first byte decides between stream and JSON, since
 * content types lie (a stream as text/plain, JSON as octet-stream, an error page as 200).
 */
import type { AnswerContext } from '../../dialects/dialect.ts';
import type { LlmError } from '../../llm/error.ts';
import type { Exchange } from '../exchange.ts';
import type { Plan } from '../plan.ts';
import type { Seals } from '../seals/seals.ts';
import { type AnswerHost, type AnswerReader, cutShort } from './answer.ts';
import { RelayStream } from './relay-stream.ts';
import { RelayWhole } from './relay-whole.ts';
import { emptyTally, type Tally } from './tally.ts';
import { TranslatedStream, TranslatedWhole } from './translated-answer.ts';

/** Chooses when the first byte comes, then steps aside. */
export class SniffingReader implements AnswerReader {
  readonly #exchange: Exchange;
  readonly #plan: Plan;
  readonly #host: AnswerHost;
  readonly #seals: Seals;
  readonly #wholeBytesMax: number;
  #reader: AnswerReader | undefined;
  #wholeBytes: number | undefined;

  constructor(exchange: Exchange, plan: Plan, host: AnswerHost, seals: Seals, wholeBytesMax: number) {
    this.#exchange = exchange;
    this.#plan = plan;
    this.#host = host;
    this.#seals = seals;
    this.#wholeBytesMax = wholeBytesMax;
  }

  get tally(): Tally {
    return this.#reader?.tally ?? emptyTally;
  }

  push(chunk: Buffer): void {
    if (this.#reader === undefined) this.#choose(chunk);
    if (this.#wholeBytes !== undefined) {
      this.#wholeBytes += chunk.length;
      if (this.#wholeBytes > this.#wholeBytesMax) return this.#host.fail(tooLarge(this.#wholeBytesMax));
    }
    this.#reader?.push(chunk);
  }

  end(): void {
    if (this.#reader === undefined) this.#host.fail(cutShort('empty body'));
    else this.#reader.end();
  }

  broken(why: string): void {
    if (this.#reader === undefined) this.#host.fail(cutShort(why));
    else this.#reader.broken(why);
  }

  #choose(chunk: Buffer): void {
    const isStream = this.#plan.dialect.framing.isStream(chunk);
    if (isStream === undefined) return;
    const whole = !isStream;
    const { stream } = this.#exchange.ask;
    const { dialect, relayed, withholdUsage } = this.#plan;
    // What is gathered before it is shown has a limit, in whichever form it comes.
    if (whole || !stream) this.#wholeBytes = 0;
    const { joint } = this.#exchange;
    // What another answer may have to go on with is rendered, not relayed.
    if (relayed && whole !== stream && joint === undefined) {
      const { target, turns } = this.#plan;
      const watch = this.#seals.relayed(this.#exchange, target.credential, dialect, turns);
      this.#reader = stream
        ? new RelayStream(dialect, this.#host, withholdUsage, watch)
        : new RelayWhole(dialect, this.#host, watch);
      return;
    }
    const facts = {
      from: dialect,
      to: this.#exchange.dialect,
      context: contextOf(this.#exchange, this.#plan, this.#host),
      host: this.#host,
      watch: this.#seals.translated(this.#exchange, this.#plan.target.credential, this.#plan.turns ?? []),
      stream,
      going: joint && { joint, by: this.#plan.target.model.id },
    };
    this.#reader = whole ? new TranslatedWhole(facts) : new TranslatedStream(facts);
  }
}

function contextOf(exchange: Exchange, plan: Plan, host: AnswerHost): AnswerContext {
  return {
    requestId: exchange.id,
    model: exchange.ask.model,
    createdAtMs: exchange.startedAtMs,
    elapsedMs: () => host.elapsedMs,
    wantsStreamUsage: plan.wantsStreamUsage,
    legacyCalls: plan.legacyCalls,
    request: plan.request,
    inputTokensEstimate: exchange.ask.inputTokensEstimate,
    notes: exchange.notes,
  };
}

function tooLarge(bytesMax: number): LlmError {
  return {
    kind: 'upstream',
    message: `The provider's answer is larger than ${bytesMax} bytes.`,
    code: 'answer_too_large',
  };
}
