/**
 * The conversation. Rules of the API decide its shape: it begins with the user, and roles alternate; a call's results
 * stand together at the start of the next user message; a message never has blank text or no content; instructions have
 * no place in between; a document needs words beside it.
 */
import { noteCarried } from '../../llm/carried.ts';
import type { Block, ChatRequest, Turn } from '../../llm/chat.ts';
import { blockPlace, turnPlace } from '../../llm/place.ts';
import { worded } from '../foreign-block.ts';
import { refused } from '../shape.ts';
import { isObject, type WireObject } from '../wire-object.ts';
import { type BlockContext, renderBlock } from './render-blocks.ts';
import { dialectId, restored } from './wire.ts';

export interface Message extends WireObject {
  readonly role: 'user' | 'assistant';
  readonly content: WireObject[];
}

export interface Conversation {
  readonly messages: readonly Message[];
  /** Instructions that stand before the first message: they belong into the top-level `system`. */
  readonly leading: WireObject[];
  /** Somewhere a tool is called, so that the request must name its tools. */
  readonly hasCalls: boolean;
}

export function renderMessages(request: ChatRequest, context: BlockContext): Conversation {
  const writer = new ConversationWriter(context);
  request.turns.forEach((turn, i) => {
    writer.turn(turn, i);
  });
  return writer.finish(request.system.length > 0);
}

/** Models refuse what stands between a call and its result. A mark stays behind the part that it marks. */
function resultsFirst(parts: readonly WireObject[]): WireObject[] {
  const marked: WireObject[][] = [];
  for (const part of parts) {
    const last = marked.at(-1);
    if ('cachePoint' in part && last !== undefined) last.push(part);
    else marked.push([part]);
  }
  const isResult = ([part]: readonly WireObject[]) => part !== undefined && 'toolResult' in part;
  return [...marked.filter(isResult), ...marked.filter((group) => !isResult(group))].flat();
}

class ConversationWriter {
  readonly #context: BlockContext;
  readonly #messages: Message[] = [];
  readonly #leading: WireObject[] = [];

  constructor(context: BlockContext) {
    this.#context = context;
  }

  turn(turn: Turn, index: number): void {
    const parts = this.#parts(turn, index);
    if (parts.length === 0) return;
    if (turn.role === 'system') return this.#instruct(parts);
    const last = this.#messages.at(-1);
    if (last?.role === turn.role) return this.#extend(last, parts);
    noteCarried(turn.carried, dialectId, 'messages', this.#context.notes);
    this.#messages.push({ role: turn.role, content: resultsFirst(parts), ...restored(turn.carried) });
  }

  finish(hasSystem: boolean): Conversation {
    const [first] = this.#messages;
    if (first === undefined) {
      const isInstructed = hasSystem || this.#leading.length > 0;
      const what = 'hold only instructions; the model behind this name needs a message of the user';
      throw refused('messages', isInstructed ? what : 'every message is empty or blank');
    }
    if (first.role !== 'user') {
      throw refused('messages', 'the first message must be the user’s for the model behind this name');
    }
    for (const message of this.#messages) addWords(message);
    this.#trimPrefill();
    const hasCalls = this.#messages.some(({ content }) => content.some(isCall));
    return { messages: this.#messages, leading: this.#leading, hasCalls };
  }

  #parts(turn: Turn, index: number): WireObject[] {
    const at = turnPlace(turn, index);
    return turn.blocks.flatMap((block: Block, i) => {
      const place = blockPlace(turn, i, at);
      const said = turn.role === 'user' ? worded(block, dialectId, place, this.#context.notes) : block;
      return renderBlock(said, index, place, this.#context);
    });
  }

  /** Several in a row are one message here; results of calls come first in it. */
  #extend({ content }: Message, parts: readonly WireObject[]): void {
    const behindResults = content.findLastIndex((part) => 'toolResult' in part) + 1;
    const results = parts.filter((part) => 'toolResult' in part);
    content.splice(behindResults, 0, ...results);
    content.push(...parts.filter((part) => !('toolResult' in part)));
  }

  /** Before the first message it belongs to the system; later the user's message says it, marked as what it is. */
  #instruct(parts: WireObject[]): void {
    const last = this.#messages.at(-1);
    if (last === undefined) {
      this.#leading.push(...parts);
      return;
    }
    for (const part of parts) if (typeof part.text === 'string') part.text = `<system>\n${part.text}\n</system>`;
    if (last.role === 'user') this.#extend(last, parts);
    else this.#messages.push({ role: 'user', content: parts });
    this.#context.notes.dropped('messages.role', 'an instruction in the conversation was given in a user message');
  }

  /** Models refuse a prefill that ends in white space. */
  #trimPrefill(): void {
    const last = this.#messages.at(-1);
    const part = last?.role === 'assistant' ? last.content.at(-1) : undefined;
    if (typeof part?.text !== 'string' || part.text === part.text.trimEnd()) return;
    part.text = part.text.trimEnd();
    this.#context.notes.dropped('messages.content', 'white space at the end of the last assistant message');
  }
}

/** Of a tool that the caller runs; one that the provider ran is no business of the offered tools. */
function isCall({ toolUse }: WireObject): boolean {
  return isObject(toolUse) && toolUse.type !== 'server_tool_use';
}

/** A document without any words is refused: its name is what can be said of it. */
function addWords({ content }: Message): void {
  const names = content.flatMap(({ document }) => (isObject(document) ? [String(document.name)] : []));
  if (names.length === 0 || content.some((part) => 'text' in part)) return;
  content.push({ text: `Attached: ${names.join(', ')}` });
}
