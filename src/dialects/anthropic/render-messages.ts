/**
 * The conversation. Three rules of the API decide its shape: a call's results stand together at the start of the next
 * user message; a message never has blank text or no content; instructions in between (role system) follow a user
 * message. https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages
 */
import { noteCarried } from '../../llm/carried.ts';
import type { Block, ChatRequest, Turn } from '../../llm/chat.ts';
import type { TargetModel } from '../../llm/model.ts';
import { blockPlace, turnPlace } from '../../llm/place.ts';
import { worded } from '../foreign-block.ts';
import { refused } from '../shape.ts';
import type { WireObject } from '../wire-object.ts';
import { type BlockContext, renderBlock } from './render-blocks.ts';
import { lostThinking } from './thinking.ts';
import { dialectId, restored } from './wire.ts';

interface Message extends WireObject {
  readonly role: Turn['role'];
  content: WireObject[];
}

export interface Conversation {
  readonly messages: readonly Message[];
  /** Instructions that stand before the first message: they belong into the top-level `system`. */
  readonly leading: readonly WireObject[];
  /** A thinking budget would be refused: see `lostThinking` in thinking.ts. */
  readonly lostThinking: boolean;
}

export function renderMessages(request: ChatRequest, target: TargetModel, context: BlockContext): Conversation {
  const writer = new ConversationWriter(target, context);
  for (const [i, turn] of request.turns.entries()) writer.turn(turn, i);
  return writer.finish(request.system.length > 0);
}

/** A turn and its place: the place goes into error messages and pairs results with calls. */
interface Placed {
  readonly turn: Turn;
  readonly index: number;
}

class ConversationWriter {
  readonly #target: TargetModel;
  readonly #context: BlockContext;
  readonly #messages: Message[] = [];
  readonly #leading: WireObject[] = [];
  /** Instructions that wait for the next user message. */
  #deferred: WireObject[] = [];
  /** User and system turns since the last assistant turn. */
  #between: Placed[] = [];

  constructor(target: TargetModel, context: BlockContext) {
    this.#target = target;
    this.#context = context;
  }

  turn(turn: Turn, index: number): void {
    if (turn.role !== 'assistant') {
      this.#between.push({ turn, index });
      return;
    }
    this.#closeBetween();
    const content = this.#blocks(turn, index);
    if (content.length > 0) this.#push('assistant', content, turn);
  }

  finish(hasSystem: boolean): Conversation {
    this.#closeBetween();
    if (this.#messages.length === 0) {
      const isInstructed = hasSystem || this.#leading.length > 0;
      const what = 'hold only instructions; the model behind this name needs a message of the user';
      throw refused('messages', isInstructed ? what : 'every message is empty or blank');
    }
    this.#trimPrefill();
    return { messages: this.#messages, leading: this.#leading, lostThinking: lostThinking(this.#messages) };
  }

  /** Results first, all together, then what the user and the system said, in their order. */
  #closeBetween(): void {
    const isResult = (block: Block) => block.type === 'tool-result';
    const afterCalls = this.#messages.at(-1)?.content.some((block) => block.type === 'tool_use') ?? false;
    const results: WireObject[] = [];
    if (afterCalls) {
      for (const { turn, index } of this.#between) results.push(...this.#blocks(turn, index, isResult));
    }
    let open = results.length > 0 ? this.#push('user', results) : undefined;
    for (const { turn, index } of this.#between) {
      const content = this.#blocks(turn, index, afterCalls ? (block) => !isResult(block) : undefined);
      if (turn.role === 'system') {
        this.#instruct(content, turn);
        open = undefined;
      } else if (open !== undefined) {
        open.content.push(...content);
        Object.assign(open, this.#extras(turn));
        this.#flushDeferred();
      } else if (content.length > 0) {
        this.#push('user', content, turn);
        this.#flushDeferred();
      }
    }
    this.#between = [];
    this.#flushAsUser();
  }

  #blocks(turn: Turn, index: number, only?: (block: Block) => boolean): WireObject[] {
    const at = turnPlace(turn, index);
    const wires: WireObject[] = [];
    turn.blocks.forEach((block, i) => {
      if (only !== undefined && !only(block)) return;
      const place = blockPlace(turn, i, at);
      const said = turn.role === 'user' ? worded(block, dialectId, place, this.#context.notes) : block;
      const wire = renderBlock(said, index, place, this.#context);
      if (wire !== undefined) wires.push(wire);
    });
    return wires;
  }

  #instruct(content: WireObject[], turn: Turn): void {
    if (content.length === 0) return;
    const last = this.#messages.at(-1);
    if (last === undefined) this.#leading.push(...content);
    else if (this.#target.systemTurns === false) this.#deferred.push(...content);
    else if (last.role === 'user') this.#push('system', content, turn);
    else if (last.role === 'system') last.content.push(...content);
    else this.#deferred.push(...content);
    if (this.#target.systemTurns === false) this.#flushAsUser();
  }

  #flushDeferred(): void {
    if (this.#deferred.length === 0) return;
    const content = this.#deferred;
    this.#deferred = [];
    this.#push('system', content);
  }

  /** No place for role system here (or the model does not know it): the user's message says it, marked as what it is. */
  #flushAsUser(): void {
    if (this.#deferred.length === 0) return;
    const content = this.#deferred.map((block) => {
      block.text = `<system>\n${block.text}\n</system>`;
      return block;
    });
    this.#deferred = [];
    const last = this.#messages.at(-1);
    if (last?.role === 'user') last.content.push(...content);
    else this.#push('user', content);
    this.#context.notes.dropped('messages.role', 'an instruction in the conversation was given in a user message');
  }

  #push(role: Turn['role'], content: WireObject[], turn?: Turn): Message {
    const message: Message = { role, content, ...(turn && this.#extras(turn)) };
    this.#messages.push(message);
    return message;
  }

  #extras(turn: Turn): WireObject {
    noteCarried(turn.carried, dialectId, 'messages', this.#context.notes);
    return restored(turn.carried);
  }

  /** The API refuses a prefill that ends in white space. */
  #trimPrefill(): void {
    const last = this.#messages.at(-1);
    const block = last?.role === 'assistant' ? last.content.at(-1) : undefined;
    if (block?.type !== 'text' || typeof block.text !== 'string' || block.text === block.text.trimEnd()) return;
    block.text = block.text.trimEnd();
    this.#context.notes.dropped('messages.content', 'white space at the end of the last assistant message');
  }
}
