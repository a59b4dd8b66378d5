/**
 * Turns as items of `input`. Reasoning must be followed by the item that it led to, so what stands alone is left out.
 * https://platform.openai.com/docs/guides/reasoning#keeping-reasoning-items-in-context
 */
import { createHash } from 'node:crypto';
import { noteCarried } from '../../llm/carried.ts';
import type { Block, ChatRequest, ToolCallBlock, ToolResultBlock, Turn } from '../../llm/chat.ts';
import { invalidRequest } from '../../llm/error.ts';
import type { Notes } from '../../llm/notes.ts';
import { blockPlace, contentPlace, turnPlace } from '../../llm/place.ts';
import { foreignText } from '../foreign-block.ts';
import { noteExtras } from '../openai-chat/render-parts.ts';
import type { WireObject } from '../wire-object.ts';
import { renderInputMedia } from './render-media.ts';
import { sealedItem } from './sealed.ts';
import { renderFoundTools, renderSearchCall } from './tool-search.ts';
import { dialectId, restored } from './wire.ts';

export function renderInput(request: ChatRequest, notes: Notes): WireObject[] {
  const writer = new ItemWriter(request, notes);
  request.turns.forEach((turn, i) => {
    writer.turn(turn, turnPlace(turn, i));
  });
  if (request.turns.at(-1)?.role === 'assistant') {
    notes.dropped('prefill', 'the target answers after the last assistant message instead of continuing it');
  }
  return writer.items;
}

/** Text of the instructions; undefined where there are none. */
export function renderInstructions(blocks: readonly Block[], notes: Notes): string | undefined {
  const texts = blocks.flatMap((block) => {
    if (block.type === 'opaque') {
      notes.dropped('system', 'only its own API has this block');
      return [];
    }
    noteOwnExtras(block, notes);
    if (block.type === 'media') throw invalidRequest('instructions can only hold text.', 'system');
    return block.type === 'text' && block.text !== '' ? [block.text] : [];
  });
  return texts.length === 0 ? undefined : texts.join('\n\n');
}

class ItemWriter {
  readonly items: WireObject[] = [];
  readonly #notes: Notes;
  readonly #forms: ReadonlyMap<string, ToolCallBlock['form']>;
  readonly #spaces: ReadonlyMap<string, { readonly name: string; readonly member: string }>;

  constructor(request: ChatRequest, notes: Notes) {
    this.#notes = notes;
    const calls = request.turns.flatMap((turn) => turn.blocks.filter((block) => block.type === 'tool-call'));
    this.#forms = new Map(calls.map((call) => [call.id, call.form]));
    this.#spaces = new Map(request.tools.flatMap(({ name, namespace }) => (namespace ? [[name, namespace]] : [])));
  }

  turn(turn: Turn, at: string): void {
    noteCarried(turn.carried, dialectId, 'messages', this.#notes);
    if (turn.role === 'assistant') this.#assistant(turn);
    else this.#said(turn, at);
  }

  /** Results first: they answer the calls right before them. */
  #said(turn: Turn, at: string): void {
    const role = turn.role === 'system' ? 'developer' : 'user';
    for (const [i, block] of turn.blocks.entries())
      if (block.type === 'tool-result') this.items.push(this.#result(block, blockPlace(turn, i, at)));
    let content: WireObject[] = [];
    const flush = () => {
      if (content.length > 0) this.items.push({ type: 'message', role, content });
      content = [];
    };
    turn.blocks.forEach((block, i) => {
      if (block.type === 'tool-result') return;
      if (block.type === 'opaque' && block.carried.dialect === dialectId && isItem(block.carried.raw)) {
        flush();
        this.items.push(restored(block.carried));
      } else content.push(...this.#parts(block, blockPlace(turn, i, at)));
    });
    flush();
  }

  #parts(block: Block, at: string): WireObject[] {
    if (block.type === 'opaque') {
      if (block.carried.dialect === dialectId) return [restored(block.carried)];
      return [{ type: 'input_text', text: foreignText(block.carried.raw, at, this.#notes) }];
    }
    noteOwnExtras(block, this.#notes);
    if (block.type === 'text')
      return block.text === '' ? [] : [{ type: 'input_text', text: block.text, ...restored(block.carried) }];
    if (block.type === 'media') return [renderInputMedia(block, at)];
    this.#notes.dropped(`messages.content.${block.type}`, 'a user message of the target cannot hold it');
    return [];
  }

  #result(result: ToolResultBlock, at: string): WireObject {
    noteOwnExtras(result, this.#notes);
    const parts = result.content.flatMap((block, i) => this.#parts(block, contentPlace(result, i, at)));
    const isText = parts.every((part) => part.type === 'input_text');
    const text = parts.map((part) => String(part.text)).join('\n');
    const output = result.isError ? asError(parts, isText ? text : undefined) : isText ? text : parts;
    const form = this.#forms.get(result.callId);
    if (form === 'search') return { ...renderFoundTools(wireId(result.callId), text), ...restored(result.carried) };
    const type = form === 'freeform' ? 'custom_tool_call_output' : 'function_call_output';
    return { type, call_id: wireId(result.callId), output, ...restored(result.carried) };
  }

  #assistant(turn: Turn): void {
    const from = this.items.length;
    let content: WireObject[] = [];
    let phase: unknown;
    const flush = () => {
      const own = phase === undefined ? {} : { phase };
      if (content.length > 0) this.items.push({ type: 'message', role: 'assistant', content, ...own });
      content = [];
    };
    for (const block of turn.blocks) {
      const { phase: next, ...part } = this.#wordsOf(block) ?? {};
      if (next !== phase) flush();
      phase = next;
      if (part.type !== undefined) content.push(part);
      else {
        flush();
        this.items.push(...this.#own(block));
      }
    }
    flush();
    while (this.items.length > from && this.items.at(-1)?.type === 'reasoning') {
      this.items.pop();
      this.#notes.dropped('thinking', 'nothing follows it that it led to');
    }
  }

  #wordsOf(block: Block): WireObject | undefined {
    if (block.type !== 'text' && block.type !== 'refusal') return undefined;
    noteOwnExtras(block, this.#notes);
    const extras = restored(block.carried);
    if (block.type === 'refusal') return { type: 'refusal', refusal: block.text, ...extras };
    return block.text === '' ? undefined : { type: 'output_text', text: block.text, ...extras };
  }

  /** What is an item of its own, or nothing. */
  #own(block: Block): WireObject[] {
    switch (block.type) {
      case 'tool-call':
        return [this.#call(block)];
      case 'thinking':
        noteOwnExtras(block, this.#notes);
        if (block.seal?.dialect === dialectId) return [sealedItem(block, block.seal)];
        this.#notes.dropped('thinking', "the target cannot take another provider's thinking");
        return [];
      case 'opaque':
        if (block.carried.dialect === dialectId) return [restored(block.carried)];
        this.#notes.dropped('messages.content', 'only its own API has this block');
        return [];
      case 'media':
        this.#notes.dropped('messages.content.media', 'an assistant message of the target is text');
        return [];
      default:
        return [];
    }
  }

  #call(call: ToolCallBlock): WireObject {
    noteOwnExtras(call, this.#notes);
    if (call.seal !== undefined)
      this.#notes.dropped('thought_signature', "the target cannot take another provider's seal");
    if (call.form === 'search') return { ...renderSearchCall(wireId(call.id), call.args), ...restored(call.carried) };
    const space = this.#spaces.get(call.name);
    const named = space === undefined ? { name: call.name } : { name: space.member, namespace: space.name };
    const id = { call_id: wireId(call.id), ...named };
    if (call.form === 'freeform') return { type: 'custom_tool_call', ...id, input: call.args };
    return { type: 'function_call', ...id, arguments: call.args === '' ? '{}' : call.args };
  }
}

/** An item has a type that parts of a message do not have. */
function isItem(raw: unknown): boolean {
  return typeof raw === 'object' && raw !== null && !String((raw as WireObject).type).startsWith('input_');
}

function noteOwnExtras(block: Exclude<Block, { type: 'opaque' }>, notes: Notes): void {
  if (block.carried?.dialect === dialectId) {
    if (block.cache !== undefined) notes.dropped('cache_control', 'the target caches prompts by itself');
  } else noteExtras(block, notes);
}

/** This API has no word for a failed tool: the model is told in the output's own. */
function asError(parts: readonly WireObject[], text: string | undefined): string | readonly WireObject[] {
  if (text === undefined) return [{ type: 'input_text', text: 'Error:' }, ...parts];
  return `Error: ${text === '' ? 'the tool failed' : text}`;
}

/** OpenAI refuses a longer id. */
const callIdLengthMax = 64;

/** The same for a call and its result, and in each turn, so that a cached prefix stays. */
function wireId(id: string): string {
  if (id !== '' && id.length <= callIdLengthMax) return id;
  return `call_${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;
}
