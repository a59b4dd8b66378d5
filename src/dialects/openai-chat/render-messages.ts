/**
 * Turns as messages. Results stand directly behind the calls that they answer, one message each, and what else the
 * caller said comes after all of them: this API refuses any other order.
 */
import { createHash } from 'node:crypto';
import { noteCarried } from '../../llm/carried.ts';
import type { Block, ChatRequest, ToolCallBlock, ToolResultBlock, Turn } from '../../llm/chat.ts';
import { invalidRequest } from '../../llm/error.ts';
import type { TargetModel } from '../../llm/model.ts';
import type { Notes } from '../../llm/notes.ts';
import { blockPlace, contentPlace, turnPlace } from '../../llm/place.ts';
import { foreignText, noteForeign } from '../foreign-block.ts';
import type { WireObject } from '../wire-object.ts';
import { renderDetail } from './reasoning.ts';
import { asContent, noteExtras, renderMedia, renderParts, textsOf } from './render-parts.ts';
import { dialectId, restored } from './wire.ts';

export function renderMessages(request: ChatRequest, target: TargetModel, notes: Notes): WireObject[] {
  const writer = new MessageWriter(target.developerRole ? 'developer' : 'system', notes);
  writer.instruction(request.system, 'system');
  request.turns.forEach((turn, i) => {
    writer.turn(turn, turnPlace(turn, i));
  });
  writer.flush();
  if (writer.messages.length === 0)
    throw invalidRequest('messages hold nothing that the model behind this name could read.', 'messages');
  if (request.turns.at(-1)?.role === 'assistant') {
    notes.dropped('prefill', 'the target answers after the last assistant message instead of continuing it');
  }
  return writer.messages;
}

class MessageWriter {
  readonly messages: WireObject[] = [];
  readonly #instructionRole: string;
  readonly #notes: Notes;
  /** Calls whose results have not come yet. */
  #waiting = new Map<string, string>();
  /** What stood between a call and its result. */
  #held: WireObject[] = [];

  constructor(instructionRole: string, notes: Notes) {
    this.#instructionRole = instructionRole;
    this.#notes = notes;
  }

  turn(turn: Turn, at: string): void {
    noteCarried(turn.carried, dialectId, 'messages', this.#notes);
    if (turn.role === 'system') this.instruction(turn.blocks, at, restored(turn.carried));
    else if (turn.role === 'user') this.#user(turn, at);
    else this.#assistant(turn);
  }

  flush(): void {
    this.messages.push(...this.#held);
    this.#held = [];
  }

  instruction(blocks: readonly Block[], at: string, extras: WireObject = {}): void {
    for (const block of blocks) this.#noteUnlessText(block, at);
    const texts = textsOf(blocks);
    if (texts.length > 0) this.#say({ role: this.#instructionRole, content: texts.join('\n\n'), ...extras });
  }

  #noteUnlessText(block: Block, at: string): void {
    if (block.type === 'opaque') noteForeign(block.carried.raw, this.#notes);
    else noteExtras(block, this.#notes);
    if (block.type === 'media') throw invalidRequest(`${at}: instructions can only hold text.`, at);
  }

  #user(turn: Turn, at: string): void {
    const shown = turn.blocks.flatMap((block, i) =>
      block.type === 'tool-result' ? this.#result(block, blockPlace(turn, i, at)) : [],
    );
    if (this.#waiting.size === 0) this.flush();
    const results = turn.blocks.filter((block) => block.type === 'tool-result').length;
    if (results > 0 && turn.blocks.length - results + shown.length === 0) return;
    const content = asContent([...shown, ...renderParts(turn, at, this.#notes)]);
    this.#say({ role: 'user', content, ...restored(turn.carried) });
  }

  /** Writes the result's text; returns the parts that only a user message can hold. */
  #result(result: ToolResultBlock, at: string): WireObject[] {
    noteExtras(result, this.#notes);
    const name = this.#waiting.get(result.callId);
    this.#waiting.delete(result.callId);
    const texts: string[] = [];
    const media: WireObject[] = [];
    for (const [i, block] of result.content.entries()) {
      const place = contentPlace(result, i, at);
      if (block.type === 'opaque') texts.push(foreignText(block.carried.raw, place, this.#notes));
      else if (block.type === 'media') media.push(renderMedia(block, place));
      else if (block.type === 'text') texts.push(block.text);
      if (block.type !== 'opaque') noteExtras(block, this.#notes);
    }
    // A document that is text stays with the result.
    const inline = media.flatMap((part) => (part.type === 'text' ? [String(part.text)] : []));
    const text = [...texts, ...inline].filter((piece) => piece !== '').join('\n');
    const content = result.isError ? `Error: ${text === '' ? 'the tool failed' : text}` : text;
    const id = wireId(result.callId);
    this.messages.push({ role: 'tool', tool_call_id: id, content, ...restored(result.carried) });
    const shown = media.filter((part) => part.type !== 'text');
    if (shown.length === 0) return [];
    const label = `Returned by tool call ${id}${name === undefined ? '' : ` (${name})`}:`;
    return [{ type: 'text', text: label }, ...shown];
  }

  #assistant(turn: Turn): void {
    this.flush();
    const calls: ToolCallBlock[] = [];
    const details: WireObject[] = [];
    for (const block of turn.blocks) {
      if (block.type === 'opaque') noteForeign(block.carried.raw, this.#notes);
      else noteExtras(block, this.#notes);
      if (block.type === 'tool-call') calls.push(block);
      else if (block.type === 'thinking') details.push(...this.#thinking(block, details.length));
      else if (block.type === 'media')
        this.#notes.dropped('messages.content.media', 'an assistant message of the target is text');
    }
    const text = textsOf(turn.blocks).join('');
    const refusal = turn.blocks.flatMap((block) => (block.type === 'refusal' ? [block.text] : [])).join('');
    const silent = calls.length > 0 || refusal !== '' ? null : '';
    this.messages.push({
      role: 'assistant',
      content: text === '' ? silent : text,
      ...(refusal !== '' && { refusal }),
      ...(details.length > 0 && { reasoning_details: details }),
      ...(calls.length > 0 && { tool_calls: calls.map((call) => this.#call(call)) }),
      ...restored(turn.carried),
    });
    this.#waiting = new Map(calls.map((call) => [call.id, call.name]));
  }

  /** Only what this dialect's own provider sealed can be given back. */
  #thinking(block: Extract<Block, { type: 'thinking' }>, index: number): WireObject[] {
    if (block.seal?.dialect === dialectId)
      return [renderDetail(block.text, block.seal, block.redacted === true, index)];
    this.#notes.dropped('thinking', "the target cannot take another provider's thinking");
    return [];
  }

  #call(call: ToolCallBlock): WireObject {
    const { name, args, form } = call;
    const id = wireId(call.id);
    if (form === 'freeform') return { id, type: 'custom', custom: { name, input: args }, ...restored(call.carried) };
    return {
      id,
      type: 'function',
      function: { name, arguments: args === '' ? '{}' : args },
      ...restored(call.carried),
    };
  }

  /** Behind the results that are still to come, if any. */
  #say(message: WireObject): void {
    (this.#waiting.size > 0 ? this.#held : this.messages).push(message);
  }
}

/** OpenAI refuses a longer id; some providers give out ids of 60 characters and more. */
const callIdLengthMax = 40;

/** The same for a call and its result, and in each turn, so that a cached prefix stays. */
function wireId(id: string): string {
  if (id.length <= callIdLengthMax) return id;
  return `call_${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;
}
