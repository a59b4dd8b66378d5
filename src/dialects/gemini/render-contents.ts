/**
 * The conversation. Three rules of the API decide its shape: user and model take turns; the results of a step stand
 * together in the content behind its calls, each under the name of its function; a content has at least one part.
 * https://ai.google.dev/gemini-api/docs/function-calling
 */
import { noteCarried } from '../../llm/carried.ts';
import type { ChatRequest, ToolCallBlock, ToolResultBlock, Turn } from '../../llm/chat.ts';
import type { TargetModel } from '../../llm/model.ts';
import type { Notes } from '../../llm/notes.ts';
import { blockPlace, turnPlace } from '../../llm/place.ts';
import { worded } from '../foreign-block.ts';
import { refused } from '../shape.ts';
import type { WireObject } from '../wire-object.ts';
import { skipSignature } from './parts.ts';
import { type PartContext, renderPart, renderResult } from './render-parts.ts';
import { dialectId, restored } from './wire.ts';

interface Content extends WireObject {
  readonly role: 'user' | 'model';
  readonly parts: WireObject[];
}

export function renderContents(request: ChatRequest, target: TargetModel, notes: Notes): readonly Content[] {
  const writer = new ContentWriter(target, notes);
  for (const [i, turn] of request.turns.entries()) writer.turn(turn, turnPlace(turn, i));
  const contents = writer.finish();
  if (contents.length === 0)
    throw refused('messages', 'hold nothing to answer; the model behind this name needs a message of the user');
  if (request.turns.at(-1)?.role === 'assistant')
    notes.dropped('prefill', 'the target answers after the last assistant message instead of continuing it');
  return contents;
}

interface Placed {
  readonly turn: Turn;
  readonly at: string;
}

class ContentWriter {
  readonly #target: TargetModel;
  readonly #notes: Notes;
  readonly #contents: Content[] = [];
  /** Calls whose results are due, in their order. */
  #calls: ToolCallBlock[] = [];
  /** User and system turns since the last assistant turn. */
  #between: Placed[] = [];

  constructor(target: TargetModel, notes: Notes) {
    this.#target = target;
    this.#notes = notes;
  }

  turn(turn: Turn, at: string): void {
    noteCarried(turn.carried, dialectId, 'messages', this.#notes);
    if (turn.role !== 'assistant') {
      this.#between.push({ turn, at });
      return;
    }
    this.#closeBetween();
    const parts = this.#parts(turn, at);
    this.#push('model', parts, turn);
    this.#calls.push(...turn.blocks.filter((block) => block.type === 'tool-call'));
  }

  finish(): readonly Content[] {
    this.#closeBetween();
    if (this.#target.callSeals) for (const content of this.#contents) markUnsigned(content);
    return this.#contents;
  }

  /** Results first, in the order of their calls, then what the user and the system said. */
  #closeBetween(): void {
    const placed = this.#between;
    this.#between = [];
    this.#push('user', this.#results(placed));
    for (const { turn, at } of placed) {
      const parts = this.#parts(turn, at);
      this.#push('user', turn.role === 'system' ? this.#instruction(parts) : parts, turn);
    }
  }

  #results(placed: readonly Placed[]): WireObject[] {
    const results = placed.flatMap(({ turn, at }) =>
      turn.blocks.flatMap((block, i) => (block.type === 'tool-result' ? [{ block, at: blockPlace(turn, i, at) }] : [])),
    );
    if (results.length === 0) return [];
    const calls = this.#calls;
    this.#calls = [];
    const place = ({ block }: { block: ToolResultBlock }) => {
      const at = calls.findIndex((call) => call.id === block.callId);
      return at === -1 ? calls.length : at;
    };
    const sorted = results.toSorted((a, b) => place(a) - place(b));
    const written = sorted.map(({ block, at }) => {
      const name = calls.find((call) => call.id === block.callId)?.name ?? block.name;
      if (name === undefined) throw refused(at, 'answers no call of the message before it');
      return renderResult(block, name, at, this.#context());
    });
    return [...written.map(({ part }) => part), ...written.flatMap(({ beside }) => beside)];
  }

  /** Without results: they stand elsewhere. */
  #parts(turn: Turn, at: string): WireObject[] {
    return turn.blocks.flatMap((block, i) => {
      if (block.type === 'tool-result') return [];
      const place = blockPlace(turn, i, at);
      const said = turn.role === 'user' ? worded(block, dialectId, place, this.#notes) : block;
      return renderPart(said, place, this.#context());
    });
  }

  #context(): PartContext {
    return { target: this.#target, notes: this.#notes };
  }

  /** There is no role for it among the contents: the user's content says it, marked as what it is. */
  #instruction(parts: readonly WireObject[]): WireObject[] {
    if (parts.length === 0) return [];
    this.#notes.dropped('messages.role', 'an instruction in the conversation was given in a user message');
    return parts.map((part) => ({ ...part, text: `<system>\n${String(part.text)}\n</system>` }));
  }

  #push(role: Content['role'], parts: WireObject[], turn?: Turn): void {
    if (parts.length === 0) return;
    const last = this.#contents.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else this.#contents.push({ role, parts, ...restored(turn?.carried) });
  }
}

/**
 * Models that insist on a signature want it on the first call of each step; the others of a step have none. A step that
 * another model made gets the word that is documented for it. Steps of earlier turns are not looked at, and get it all
 * the same: what was sent once is sent again, and stays cached.
 * https://ai.google.dev/gemini-api/docs/thought-signatures
 */
function markUnsigned({ role, parts }: Content): void {
  const first = role === 'model' ? parts.find((part) => part.functionCall !== undefined) : undefined;
  if (first !== undefined && first.thoughtSignature === undefined) first.thoughtSignature = skipSignature;
}
