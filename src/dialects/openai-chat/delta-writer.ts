/**
 * Turns neutral events into the deltas of this wire. A stream writes each as a chunk, a whole answer adds them up, so
 * that both always say the same.
 */
import { noteAnswer } from '../../llm/carried.ts';
import type { Block, Carried, ChatEvent, Emit, StopReason } from '../../llm/chat.ts';
import { TokenEstimator } from '../../llm/estimate.ts';
import type { Usage } from '../../llm/usage.ts';
import type { AnswerContext } from '../dialect.ts';
import { foreignType } from '../foreign-block.ts';
import type { WireObject } from '../wire-object.ts';
import { renderCallSeal, renderDetail, renderUnsealed } from './reasoning.ts';
import { type Fields, isFields } from './shape.ts';
import { renderUsage } from './usage.ts';
import { dialectId, restored } from './wire.ts';

/** How the answer ended, in this wire's words. */
export interface AnswerEnd {
  readonly finishReason: string;
  readonly usage: WireObject;
}

export class DeltaWriter {
  readonly #context: AnswerContext;
  readonly #emit: Emit<WireObject>;
  readonly #estimator = new TokenEstimator();
  #usage: Partial<Usage> = {};
  #block: Block | undefined;
  /** Text of the open block, kept where it is needed once more at its end. */
  #text = '';
  #contentLength = 0;
  #calls = 0;
  /**
   * The entries of `reasoning_details`. They go out together at the end: one kind of client keeps only the last list that
   * it sees, another adds the lists up, and a list that comes once is the same to both.
   */
  readonly #details: Detail[] = [];
  #seal: Extract<ChatEvent, { type: 'block-seal' }>['seal'] | undefined;
  #citations: Fields[] = [];
  #hasWords = false;

  constructor(context: AnswerContext, emit: Emit<WireObject>) {
    this.#context = context;
    this.#emit = emit;
  }

  push(event: ChatEvent): void {
    switch (event.type) {
      case 'block-start':
        return this.#start(event.block);
      case 'block-delta':
        return this.#delta(event.delta);
      case 'block-seal':
        this.#seal = event.seal;
        return;
      case 'block-carried':
        return this.#carried(event.carried);
      case 'block-end':
        return this.#end();
      case 'usage':
        this.#usage = { ...this.#usage, ...event.usage };
        return;
      default:
        return;
    }
  }

  /** After `end`. May emit last deltas: what is sealed; words for a refusal, which without any would look like an empty answer. */
  finish({ stop, carried }: Extract<ChatEvent, { type: 'end' }>): AnswerEnd {
    noteAnswer(carried, dialectId, this.#context.notes);
    const details = listed(this.#details);
    if (details.length > 0) this.#emit({ reasoning_details: details });
    if (stop === 'refusal' && !this.#hasWords) this.#emit({ refusal: 'The model refused to answer.' });
    if (stop === 'pause') this.#context.notes.dropped('stop_reason', 'a paused turn cannot be continued by this API');
    const { input = this.#context.inputTokensEstimate, output = Math.ceil(this.#estimator.tokens) } = this.#usage;
    // Servers exist that end an answer with calls as if nothing more were due; callers would stop there.
    const why = stop === 'end' && this.#calls > 0 ? 'tool-call' : stop;
    const isLegacy = why === 'tool-call' && this.#context.legacyCalls === true;
    return {
      finishReason: isLegacy ? 'function_call' : finishReasons[why],
      usage: renderUsage({ ...this.#usage, input, output }),
    };
  }

  #start(block: Block): void {
    this.#block = block;
    this.#text = '';
    this.#seal = 'seal' in block ? block.seal : undefined;
    this.#citations = [];
    switch (block.type) {
      case 'text':
      case 'refusal':
      case 'thinking':
        return this.#delta(block.text);
      case 'tool-call':
        return this.#startCall(block);
      case 'media':
        return this.#media(block);
      case 'opaque':
        if (block.carried.dialect === dialectId) this.#emit(restored(block.carried));
        else
          this.#context.notes.dropped(`content.${foreignType(block.carried.raw)}`, 'only its own API has this block');
        return;
      case 'tool-result':
        this.#context.notes.dropped('content.tool_result', 'an answer of this API has no results');
    }
  }

  #delta(piece: string): void {
    const block = this.#block;
    if (piece === '' || block === undefined) return;
    this.#estimator.addText(piece, 0, piece.length);
    switch (block.type) {
      case 'text':
        this.#hasWords = true;
        this.#contentLength += piece.length;
        this.#text += piece;
        return this.#emit({ content: piece });
      case 'refusal':
        this.#hasWords = true;
        return this.#emit({ refusal: piece });
      case 'thinking':
        this.#text += piece;
        return this.#emit({ reasoning_content: piece });
      case 'tool-call': {
        this.#text = 'some';
        const body = block.form === 'freeform' ? { custom: { input: piece } } : { function: { arguments: piece } };
        return this.#call(body);
      }
      default:
        // Blocks of other APIs stay hidden, and so does what streams into them.
        return;
    }
  }

  #startCall(block: Extract<Block, { type: 'tool-call' }>): void {
    const { id, name, form } = block;
    const body =
      form === 'freeform'
        ? { type: 'custom', custom: { name, input: '' } }
        : { type: 'function', function: { name, arguments: '' } };
    this.#hasWords = true;
    this.#estimator.addText(name, 0, name.length);
    this.#calls++;
    this.#call({ id, ...body });
    this.#delta(block.args);
  }

  /** Adds to the last call. */
  #call(delta: WireObject): void {
    if (!this.#context.legacyCalls) return this.#emit({ tool_calls: [{ index: this.#calls - 1, ...delta }] });
    // The provider was told to make one call only.
    if (this.#calls > 1) return this.#context.notes.dropped('tool_calls', 'function_call has room for one call');
    this.#emit({ function_call: delta.function });
  }

  #media(block: Extract<Block, { type: 'media' }>): void {
    const { source, mediaType } = block;
    const url =
      'url' in source ? source.url : 'base64' in source ? `data:${mediaType};base64,${source.base64}` : undefined;
    if (block.kind !== 'image' || url === undefined)
      return this.#context.notes.dropped(`content.${block.kind}`, 'no slot for it');
    this.#hasWords = true;
    this.#emit({ images: [{ type: 'image_url', image_url: { url } }] });
  }

  /** This wire's own annotations as they are; another's citations when they name an address. */
  #carried(carried: Carried): void {
    const raw = isFields(carried.raw) ? carried.raw : {};
    if (carried.dialect === dialectId) return this.#emit({ annotations: [carried.raw] });
    const citation = isFields(raw.citation) ? raw.citation : raw;
    if (this.#block?.type === 'text' && typeof citation.url === 'string') this.#citations.push(citation);
    else if (this.#block?.type === 'text')
      this.#context.notes.dropped('citations', 'no address that an annotation could name');
  }

  #end(): void {
    const block = this.#block;
    this.#block = undefined;
    if (block?.type === 'tool-call') this.#endCall(block);
    else if (block?.type === 'text' && this.#citations.length > 0) this.#emit({ annotations: this.#annotations() });
    else if (block?.type === 'thinking') this.#endThinking(block.redacted === true);
  }

  /** The list repeats all thinking in its order, so that its reader can tell what is repeated from what is new. */
  #endThinking(isRedacted: boolean): void {
    const [text, seal] = [this.#text, this.#seal];
    if (seal !== undefined)
      this.#details.push({ of: 'sealed', at: (index) => renderDetail(text, seal, isRedacted, index) });
    else if (text !== '') this.#details.push({ of: 'unsealed', at: (index) => renderUnsealed(text, index) });
  }

  #endCall(block: Extract<Block, { type: 'tool-call' }>): void {
    // A call without arguments says so.
    if (this.#text === '' && block.form !== 'freeform') this.#call({ function: { arguments: '{}' } });
    const seal = this.#seal;
    if (seal !== undefined) this.#details.push({ of: 'call', at: (index) => renderCallSeal(block.id, seal, index) });
  }

  #annotations(): WireObject[] {
    const range = { start_index: this.#contentLength - this.#text.length, end_index: this.#contentLength };
    return this.#citations.map(({ url, title }) => ({
      type: 'url_citation',
      url_citation: { ...range, url, title: typeof title === 'string' ? title : '' },
    }));
  }
}

interface Detail {
  readonly of: 'sealed' | 'unsealed' | 'call';
  at(index: number): WireObject;
}

/** Where no thinking is sealed, a list of it would only say once more what was said. */
function listed(details: readonly Detail[]): WireObject[] {
  const isMixed = details.some(({ of }) => of === 'sealed');
  return details.filter(({ of }) => isMixed || of === 'call').map((detail, i) => detail.at(i));
}

const finishReasons: Readonly<Record<StopReason, string>> = {
  end: 'stop',
  length: 'length',
  context: 'length',
  'tool-call': 'tool_calls',
  'stop-sequence': 'stop',
  refusal: 'content_filter',
  pause: 'stop',
};

/** What stands at the head of a whole answer and of every chunk. */
export function answerHead(context: AnswerContext, object: string): WireObject {
  return {
    id: `chatcmpl-${context.requestId.replace(/^req_/, '')}`,
    object,
    created: Math.floor(context.createdAtMs / 1000),
    model: context.model,
  };
}
