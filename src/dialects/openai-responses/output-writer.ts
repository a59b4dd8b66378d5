/**
 * Turns neutral events into the items of an answer, and tells how each of them grows. A stream writes what is told as its
 * events, a whole answer only keeps the items, so that both always say the same.
 * https://platform.openai.com/docs/api-reference/responses-streaming
 */
import type { Block, Carried, Seal } from '../../llm/chat.ts';
import type { AnswerContext } from '../dialect.ts';
import { foreignType } from '../foreign-block.ts';
import { isFields } from '../openai-chat/shape.ts';
import type { WireObject } from '../wire-object.ts';
import { slotText, unsealedPrefix } from './sealed.ts';
import { renderSearchCall } from './tool-search.ts';
import { dialectId, restored } from './wire.ts';

export type Tell = (type: string, fields: WireObject) => void;

type ItemStatus = 'completed' | 'incomplete';

/** The item that grows. A message grows by parts, and stays open until another kind of item begins. */
interface Open {
  readonly block: Block;
  readonly id: string;
  readonly item: WireObject;
  text: string;
  seal: Seal | undefined;
  /** Its `output_item.added` was told. */
  told: boolean;
  /** A part is open (message, reasoning). */
  inPart: boolean;
  /** Finished parts of a message. */
  readonly parts: WireObject[];
  annotations: WireObject[];
}

export class OutputWriter {
  readonly output: WireObject[] = [];
  readonly #context: AnswerContext;
  readonly #tell: Tell;
  readonly #suffix: string;
  readonly #spaces: ReadonlyMap<string, { readonly name: string; readonly member: string }>;
  readonly #searches: ReadonlySet<string>;
  #open: Open | undefined;
  /** Words that have not said anything yet: other dialects sign an empty text, and this API refuses one that comes back. */
  #held: Words | undefined;
  /** The open block is one that the caller is not shown. */
  #isHidden = false;
  hasCall = false;
  hasRefusal = false;

  constructor(context: AnswerContext, tell: Tell) {
    this.#context = context;
    this.#tell = tell;
    this.#suffix = context.requestId.replace(/^req_/, '');
    const tools = context.request?.tools ?? [];
    this.#spaces = new Map(tools.flatMap(({ name, namespace }) => (namespace ? [[name, namespace]] : [])));
    this.#searches = new Set(tools.flatMap(({ name, form }) => (form === 'search' ? [name] : [])));
  }

  start(block: Block): void {
    this.#isHidden = false;
    if (isWords(block)) {
      if (block.type === 'refusal') this.hasRefusal = true;
      this.#held = block;
      return this.delta(block.text);
    }
    this.finish('completed');
    switch (block.type) {
      case 'thinking':
        this.#begin(block, unsealedPrefix, { type: 'reasoning', summary: [] });
        return this.delta(block.text);
      case 'tool-call':
        return this.#startCall(block);
      case 'media':
        return this.#media(block);
      case 'opaque':
        if (block.carried.dialect === dialectId) return this.#whole(restored(block.carried));
        this.#context.notes.dropped(`content.${foreignType(block.carried.raw)}`, 'only its own API has this block');
        break;
      default:
        this.#context.notes.dropped('content.tool_result', 'an answer of this API has no results');
    }
    this.#isHidden = true;
  }

  delta(delta: string): void {
    if (delta === '') return;
    this.#startHeld();
    const open = this.#open;
    if (open === undefined || this.#isHidden) return;
    this.#announce(open);
    open.text += delta;
    // No event tells of its growth.
    if (open.item.type === 'tool_search_call') return;
    switch (open.block.type) {
      case 'thinking':
        if (!open.inPart) this.#openSummary(open);
        return this.#say(open, 'response.reasoning_summary_text.delta', { summary_index: 0, delta });
      case 'tool-call': {
        const what = open.block.form === 'freeform' ? 'custom_tool_call_input' : 'function_call_arguments';
        return this.#say(open, `response.${what}.delta`, { delta });
      }
      case 'refusal':
        return this.#say(open, 'response.refusal.delta', { content_index: open.parts.length, delta });
      default:
        return this.#say(open, 'response.output_text.delta', { content_index: open.parts.length, delta, logprobs: [] });
    }
  }

  seal(seal: Seal): void {
    if (this.#open === undefined || this.#held !== undefined || this.#isHidden) return;
    // Calls and words have no place for one here: the gateway keeps it for the next turn.
    if (this.#open.block.type === 'thinking') this.#open.seal = seal;
  }

  /** This dialect's own annotations as they are; another's citations when they name an address. */
  carried(carried: Carried): void {
    this.#startHeld();
    const open = this.#open;
    if (open === undefined || this.#isHidden || open.block.type !== 'text') return;
    const annotation = annotationOf(carried, open.text.length);
    if (annotation === undefined)
      return this.#context.notes.dropped('citations', 'no address that an annotation could name');
    this.#say(open, 'response.output_text.annotation.added', {
      content_index: open.parts.length,
      annotation_index: open.annotations.length,
      annotation,
    });
    open.annotations.push(annotation);
  }

  /** The block is over; its item is only when it is known what follows. */
  end(): void {
    this.#held = undefined;
    if (this.#open !== undefined && isWords(this.#open.block)) this.#closePart(this.#open);
    this.#isHidden = false;
  }

  /** Ends the item that is open. */
  finish(status: ItemStatus): void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    const item = this.#finished(open, status);
    if (item === undefined) return;
    const output_index = this.output.length;
    this.output.push(item);
    this.#tell('response.output_item.done', { output_index, item });
  }

  #begin(block: Block, prefix: string, fields: WireObject): Open {
    const own = block.type === 'thinking' ? restored(block.carried).id : undefined;
    const id = typeof own === 'string' ? own : `${prefix}_${this.#suffix}_${this.output.length}`;
    const item = { id, ...fields };
    const seal = 'seal' in block ? block.seal : undefined;
    const more = { told: false, inPart: false, parts: [], annotations: [] };
    this.#open = { block, id, item, text: '', seal, ...more };
    return this.#open;
  }

  #startHeld(): void {
    const block = this.#held;
    this.#held = undefined;
    if (block !== undefined) this.#startWords(block);
  }

  /** Words next to words are parts of one message. */
  #startWords(block: Words): void {
    let open = this.#open;
    if (open === undefined || !isWords(open.block)) {
      this.finish('completed');
      open = this.#begin(block, 'msg', {
        type: 'message',
        status: 'in_progress',
        role: 'assistant',
        content: [],
        ...restored(block.carried),
      });
      this.#announce(open);
    } else {
      open = { ...open, block, text: '', annotations: [] };
      this.#open = open;
    }
    open.inPart = true;
    const part = block.type === 'refusal' ? { type: 'refusal', refusal: '' } : textPart('', []);
    this.#say(open, 'response.content_part.added', { content_index: open.parts.length, part });
  }

  #closePart(open: Open): void {
    if (!open.inPart) return;
    open.inPart = false;
    const place = { content_index: open.parts.length };
    const { text, annotations } = open;
    if (open.block.type === 'refusal') this.#say(open, 'response.refusal.done', { ...place, refusal: text });
    else this.#say(open, 'response.output_text.done', { ...place, text, logprobs: [] });
    const part = open.block.type === 'refusal' ? { type: 'refusal', refusal: text } : textPart(text, annotations);
    this.#say(open, 'response.content_part.done', { ...place, part });
    open.parts.push(part);
  }

  #startCall(block: Extract<Block, { type: 'tool-call' }>): void {
    this.hasCall = true;
    if (this.#searches.has(block.name)) return this.#startSearch(block);
    const isCustom = block.form === 'freeform';
    const space = this.#spaces.get(block.name);
    const open = this.#begin(block, isCustom ? 'ctc' : 'fc', {
      type: isCustom ? 'custom_tool_call' : 'function_call',
      status: 'in_progress',
      ...(isCustom ? { input: '' } : { arguments: '' }),
      call_id: this.#callId(block.id),
      name: space?.member ?? block.name,
      ...(space !== undefined && { namespace: space.name }),
      ...restored(block.carried),
    });
    this.#announce(open);
    this.delta(block.args);
  }

  #startSearch(block: Extract<Block, { type: 'tool-call' }>): void {
    const call = renderSearchCall(this.#callId(block.id), '');
    this.#announce(this.#begin(block, 'tsc', { ...call, status: 'in_progress', ...restored(block.carried) }));
    this.delta(block.args);
  }

  #callId(id: string): string {
    return id === '' ? `call_${this.#suffix}_${this.output.length}` : id;
  }

  #openSummary(open: Open): void {
    open.inPart = true;
    const part = { type: 'summary_text', text: '' };
    this.#say(open, 'response.reasoning_summary_part.added', { summary_index: 0, part });
  }

  #media(block: Extract<Block, { type: 'media' }>): void {
    if (block.kind !== 'image' || !('base64' in block.source)) {
      this.#isHidden = true;
      return this.#context.notes.dropped(`content.${block.kind}`, 'an answer of this API has no place for it');
    }
    const id = `ig_${this.#suffix}_${this.output.length}`;
    this.#whole({ id, type: 'image_generation_call', status: 'completed', result: block.source.base64 });
  }

  /** An item that comes in one piece. */
  #whole(item: WireObject): void {
    const output_index = this.output.length;
    this.#tell('response.output_item.added', { output_index, item });
    this.output.push(item);
    this.#tell('response.output_item.done', { output_index, item });
    this.#isHidden = true;
  }

  /** Undefined for thinking that says nothing and seals nothing. */
  #finished(open: Open, status: ItemStatus): WireObject | undefined {
    const { block, item, text } = open;
    if (block.type === 'thinking') return this.#finishedReasoning(open, block.redacted === true);
    if (block.type !== 'tool-call') {
      this.#closePart(open);
      return { ...item, status, content: open.parts };
    }
    if (item.type === 'tool_search_call') return { ...item, ...renderSearchCall(String(item.call_id), text), status };
    if (block.form === 'freeform') {
      this.#say(open, 'response.custom_tool_call_input.done', { input: text });
      return { ...item, status, input: text };
    }
    // A call without arguments says so.
    if (text === '' && status === 'completed') {
      open.text = '{}';
      this.#say(open, 'response.function_call_arguments.delta', { delta: open.text });
    }
    this.#say(open, 'response.function_call_arguments.done', { name: item.name, arguments: open.text });
    return { ...item, status, arguments: open.text };
  }

  #finishedReasoning(open: Open, isRedacted: boolean): WireObject | undefined {
    const { item, text, seal } = open;
    const slot = slotText(seal);
    if (text === '' && slot === undefined) return undefined;
    this.#announce(open);
    // An empty part tells hidden thinking that has a text of its own from thinking that is only empty.
    const isEmpty = text === '' && !isRedacted && seal !== undefined && seal.dialect !== dialectId;
    if (isEmpty) this.#openSummary(open);
    if (!open.inPart) return { ...item, ...(slot !== undefined && { encrypted_content: slot }) };
    const part = { type: 'summary_text', text };
    this.#say(open, 'response.reasoning_summary_text.done', { summary_index: 0, text });
    this.#say(open, 'response.reasoning_summary_part.done', { summary_index: 0, part });
    return { ...item, summary: [part], ...(slot !== undefined && { encrypted_content: slot }) };
  }

  #announce(open: Open): void {
    if (open.told) return;
    open.told = true;
    this.#tell('response.output_item.added', { output_index: this.output.length, item: open.item });
  }

  #say(open: Open, type: string, fields: WireObject): void {
    this.#tell(type, { item_id: open.id, output_index: this.output.length, ...fields });
  }
}

type Words = Extract<Block, { type: 'text' | 'refusal' }>;

function isWords(block: Block): block is Words {
  return block.type === 'text' || block.type === 'refusal';
}

function textPart(text: string, annotations: readonly WireObject[]): WireObject {
  return { type: 'output_text', annotations, logprobs: [], text };
}

function annotationOf(carried: Carried, length: number): WireObject | undefined {
  const raw = isFields(carried.raw) ? carried.raw : {};
  if (carried.dialect === dialectId) return raw;
  const nested = [raw.citation, raw.url_citation].find(isFields) ?? raw;
  if (typeof nested.url !== 'string') return undefined;
  const { url, title } = nested;
  const [start, end] = [nested.start_index, nested.end_index];
  return {
    type: 'url_citation',
    url,
    title: typeof title === 'string' ? title : '',
    start_index: typeof start === 'number' ? start : 0,
    end_index: typeof end === 'number' ? end : length,
  };
}
