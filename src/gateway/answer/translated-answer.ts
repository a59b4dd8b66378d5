/**
 * An answer that is not relayed as it is: another dialect, or the right dialect in the wrong form (a stream where a
 * whole answer was asked, or the reverse). Everything passes through neutral events; the source is a stream or a JSON
 * body, the sink is a stream renderer or a whole answer.
 */
import type { AnswerContext, Dialect, StreamParser } from '../../dialects/dialect.ts';
import type { FrameParser } from '../../dialects/framing.ts';
import { JsonRefused, parseJson, stringifyJson } from '../../lib/json.ts';
import type { ChatEvent, Emit } from '../../llm/chat.ts';
import { checked } from '../../llm/checked.ts';
import { type LlmError, LlmFailure } from '../../llm/error.ts';
import { freeformNames, restoreFreeform } from '../../llm/freeform.ts';
import type { Joint } from '../continuation/joint.ts';
import type { AnswerWatch } from '../seals/answer-watch.ts';
import { type AnswerHost, type AnswerReader, cutShort } from './answer.ts';
import { EventTally } from './tally.ts';

export interface TranslationFacts {
  readonly from: Dialect;
  readonly to: Dialect;
  readonly context: AnswerContext;
  readonly host: AnswerHost;
  /** Sees every event before the caller does. */
  readonly watch?: AnswerWatch;
  /** The caller asked for a stream. */
  readonly stream: boolean;
  /** Where another answer may go on where this one breaks. */
  readonly going?: { readonly joint: Joint /** `provider/name` that answers now. */; readonly by: string } | undefined;
}

/** The half that both sources share: events in, the caller's wire text out. */
class EventSink {
  readonly tally = new EventTally();
  readonly emit: Emit<ChatEvent>;
  readonly #facts: TranslationFacts;
  readonly #push: Emit<ChatEvent>;
  readonly #body: () => string;
  #text = '';
  /** Only where frames are binary. */
  #bytes: Buffer[] = [];
  #shown = false;
  over = false;

  constructor(facts: TranslationFacts) {
    this.#facts = facts;
    const { to, context, stream } = facts;
    if (stream) {
      const add: Emit<string | Buffer> = (frame) => this.#add(frame);
      const open = (write: typeof add): Emit<ChatEvent> => {
        const renderer = to.renderStream(write, context);
        return (event) => renderer.push(event);
      };
      const { going } = facts;
      this.#push = going === undefined ? open(add) : going.joint.answer(open, add);
      if (going?.joint.isFurther && takesComments(to)) this.#text = `: continued by ${going.by}\n\n`;
      this.#body = () => '';
    } else {
      const renderer = to.renderResponse(context);
      this.#push = (event) => renderer.push(event);
      this.#body = () => stringifyJson(renderer.body());
    }
    const show: Emit<ChatEvent> = (event) => this.#event(facts.watch?.event(event) ?? event);
    this.emit = checked(restoreFreeform(freeformNames(context.request), show));
  }

  /** Shows what has been rendered since the last time, in one write. */
  flush(): void {
    if (!this.#shown) return;
    if (this.#bytes.length > 0) {
      const bytes = Buffer.concat(this.#bytes);
      this.#bytes = [];
      this.#facts.going?.joint.shown();
      this.#facts.host.show(bytes);
    }
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#facts.going?.joint.shown();
    this.#facts.host.show(text);
  }

  #add(frame: string | Buffer): void {
    if (typeof frame === 'string') this.#text += frame;
    else this.#bytes.push(frame);
  }

  fail(error: LlmError): void {
    if (this.over) return;
    this.over = true;
    this.flush();
    this.#facts.host.fail(error);
  }

  #event(event: ChatEvent): void {
    if (this.over) {
      if (event.type === 'usage') this.tally.addUsage(event.usage, event.flags);
      return;
    }
    if (event.type === 'error') return this.fail(event.error);
    this.tally.count(event);
    this.#push(event);
    if (this.#facts.stream && isContent(event)) this.#shown = true;
    if (event.type === 'end') this.#end();
  }

  #end(): void {
    this.tally.complete = true;
    this.over = true;
    if (this.#facts.stream) this.flush();
    else this.#facts.host.showWhole(this.#body(), this.tally);
    this.#facts.host.complete();
  }
}

/** From the frames of a stream. */
export class TranslatedStream implements AnswerReader {
  readonly #sink: EventSink;
  readonly #frames: FrameParser;
  readonly #parser: StreamParser;
  /** The body has ended: a frame that comes now lacks its end. */
  #atEnd = false;

  constructor(facts: TranslationFacts) {
    this.#sink = new EventSink(facts);
    this.#parser = facts.from.parseStream(this.#sink.emit);
    const { framing } = facts.from;
    this.#frames = framing.parser((event, data, raw) => {
      if (data === undefined || (this.#atEnd && framing.closed(data, raw) === undefined)) return;
      this.#parser.push({ event, data: data.toString('utf8') });
    });
  }

  get tally(): EventTally {
    return this.#sink.tally;
  }

  push(chunk: Buffer): void {
    this.#guard(() => this.#frames.push(chunk));
  }

  end(): void {
    this.#atEnd = true;
    this.#guard(() => {
      this.#frames.end();
      this.#parser.end();
    });
    this.#sink.fail(cutShort('end of body'));
  }

  /** A connection that dies behind the last word of an answer took nothing with it but perhaps the usage. */
  broken(why: string): void {
    if (this.#parser.finished) this.end();
    else this.#sink.fail(cutShort(why));
  }

  #guard(read: () => void): void {
    try {
      read();
    } catch (error) {
      return this.#sink.fail(asAnswerError(error));
    }
    this.#sink.flush();
  }
}

/** From one JSON body. */
export class TranslatedWhole implements AnswerReader {
  readonly #facts: TranslationFacts;
  readonly #sink: EventSink;
  readonly #chunks: Buffer[] = [];

  constructor(facts: TranslationFacts) {
    this.#facts = facts;
    this.#sink = new EventSink(facts);
  }

  get tally(): EventTally {
    return this.#sink.tally;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  end(): void {
    try {
      const { from } = this.#facts;
      const body = parseJson(Buffer.concat(this.#chunks), from.rawKeys);
      const error = from.checkResponse(body);
      if (error !== undefined) return this.#sink.fail(error);
      from.parseResponse(body, this.#sink.emit);
    } catch (error) {
      return this.#sink.fail(asAnswerError(error));
    }
    this.#sink.fail(cutShort('no end in the answer'));
  }

  broken(why: string): void {
    this.#sink.fail(cutShort(why));
  }
}

/** What a reader threw, as a fault of the provider's answer. */
export function asAnswerError(error: unknown): LlmError {
  if (error instanceof LlmFailure) return error.error;
  const malformed = error instanceof JsonRefused || error instanceof SyntaxError;
  return {
    kind: 'upstream',
    message: malformed ? "The provider's answer is not valid JSON." : "The provider's answer could not be read.",
    code: 'malformed_answer',
    // The message of a SyntaxError quotes the answer.
    internal: error instanceof Error && !(error instanceof SyntaxError) ? error.message : 'not JSON',
  };
}

/** Clients of a dialect that has no frame to keep a stream alive break at a comment. */
function takesComments({ keepalive, wrapping }: Dialect): boolean {
  return wrapping === undefined && typeof keepalive === 'string' && keepalive.trim() !== '';
}

/** The first event that a caller could show. */
function isContent(event: ChatEvent): boolean {
  if (event.type === 'block-delta' || event.type === 'block-seal' || event.type === 'end') return true;
  if (event.type !== 'block-start') return false;
  return event.block.type === 'tool-call' || event.block.type === 'opaque' || event.block.type === 'media';
}
