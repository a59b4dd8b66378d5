/** The gateway's readers of a provider's stream, fed by hand: what a caller would have been sent, and how it ended. */
import { anthropic } from '../../src/dialects/anthropic/index.ts';
import type { Dialect, StreamSoFar } from '../../src/dialects/dialect.ts';
import { openaiChat } from '../../src/dialects/openai-chat/index.ts';
import type { AnswerHost, AnswerReader } from '../../src/gateway/answer/answer.ts';
import { RelayStream } from '../../src/gateway/answer/relay-stream.ts';
import { TranslatedStream } from '../../src/gateway/answer/translated-answer.ts';
import type { LlmError } from '../../src/llm/error.ts';
import { NoteList } from '../../src/llm/notes.ts';
import { otherWire, type Wire } from './corpus.ts';

/** `withheld`: relayed to a caller that did not ask for usage. */
export type Road = 'relayed' | 'withheld' | 'translated';
/** How the provider's side goes away: the body ends as it should, or the connection breaks. */
export type Ending = 'end' | 'broken';

const dialects: Readonly<Record<Wire, Dialect>> = { 'openai-chat': openaiChat, anthropic };

export interface Run {
  /** What was shown, with the failure form behind it where the answer failed. */
  readonly body: string;
  /** The same, for a caller whose frames are binary. */
  readonly bytes: Buffer;
  readonly outcome: 'whole' | 'failed';
  /** Something was shown before the end. */
  readonly shown: boolean;
}

export function runReader(wire: Wire, road: Road, pieces: readonly Buffer[], ending: Ending = 'end'): Run {
  const caller = road === 'translated' ? otherWire[wire] : wire;
  return runBetween(dialects[wire], dialects[caller], road, pieces, ending);
}

/** From a provider of one dialect to a caller of the same or another. */
export function runBetween(
  from: Dialect,
  to: Dialect,
  road: Road,
  pieces: readonly Buffer[],
  ending: Ending = 'end',
): Run {
  const host = new KeepingHost(to);
  const reader = readerOf(from, to, road, host);
  for (const piece of pieces) reader.push(piece);
  if (ending === 'end') reader.end();
  else reader.broken('connection reset');
  return host.run();
}

function readerOf(from: Dialect, to: Dialect, road: Road, host: AnswerHost): AnswerReader {
  if (road !== 'translated') return new RelayStream(from, host, road === 'withheld');
  const context = {
    requestId: 'req_01recorded',
    model: 'asked-for',
    createdAtMs: 1_790_000_000_000,
    wantsStreamUsage: true,
    inputTokensEstimate: 7,
    notes: new NoteList(),
  };
  return new TranslatedStream({ from, to, context, host, stream: true });
}

class KeepingHost implements AnswerHost {
  readonly elapsedMs = 7;
  readonly #dialect: Dialect;
  readonly #pieces: Buffer[] = [];
  #outcome: 'whole' | 'failed' | undefined;
  #shown = false;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  show(piece: Buffer | string): void {
    // Views are kept as they are: a reader that reused their memory would be found out.
    this.#shown = true;
    if (this.#outcome !== undefined) throw new Error('shown after the end');
    this.#pieces.push(typeof piece === 'string' ? Buffer.from(piece) : piece);
  }

  showWhole(): void {
    throw new Error('a stream was answered whole');
  }

  quotesCredential(): boolean {
    return false;
  }

  complete(): void {
    if (this.#outcome !== undefined) throw new Error('completed twice');
    this.#outcome = 'whole';
  }

  fail(error: LlmError, alreadyShown = false): void {
    if (this.#outcome !== undefined) return;
    if (this.#shown && !alreadyShown)
      this.show(this.#dialect.renderStreamError(error, 'req_01recorded', this.#soFar()));
    this.#outcome = 'failed';
  }

  /** As the delivery knows it: a failure in the middle goes on from there. */
  #soFar(): StreamSoFar | undefined {
    const [first, last] = [this.#pieces[0], this.#pieces.at(-1)];
    return first === undefined || last === undefined ? undefined : { first, last };
  }

  run(): Run {
    if (this.#outcome === undefined) throw new Error('the reader never said how it ended');
    const bytes = Buffer.concat(this.#pieces);
    return { body: bytes.toString(), bytes, outcome: this.#outcome, shown: this.#shown };
  }
}

/** Ids that the gateway makes up are new each time. */
export function sameIds(text: string): string {
  return text.replace(/call_[0-9a-f]{24}/g, 'call_made_up');
}
