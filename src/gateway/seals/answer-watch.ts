/** Watches a translated answer: marks its seals with their minter, and gathers what the caller may not bring back. */
import type { Block, Carried, ChatEvent, Seal } from '../../llm/chat.ts';
import type { Said } from './conversation.ts';
import { Gathering, TextDigest } from './gathering.ts';
import type { SealedItem } from './sealed-turn.ts';

/** A block of the answer while it grows. Only thinking is kept: the caller brings the words back. */
interface Growing {
  readonly block: Block;
  readonly thinking: Gathering | undefined;
  readonly words: TextDigest | undefined;
  length: number;
  seal: Seal | undefined;
  readonly carried: Carried | undefined;
}

/** More thinking than any model writes: such an answer has its calls remembered, and no more. */
const thinkingCharactersMax = 2_097_152;

export class AnswerWatch {
  readonly #minter: string;
  readonly #onEnd: (answer: WatchedAnswer) => void;
  readonly #blocks: Growing[] = [];
  readonly #words = new TextDigest();
  #thinkingCharacters = 0;

  constructor(minter: string, onEnd: (answer: WatchedAnswer) => void) {
    this.#minter = minter;
    this.#onEnd = onEnd;
  }

  /** The same event, or the one to go on with. */
  event(event: ChatEvent): ChatEvent {
    switch (event.type) {
      case 'block-start':
        return this.#start(event);
      case 'block-delta':
        this.#add(this.#blocks[event.index], event.delta);
        return event;
      case 'block-seal': {
        const seal = this.#mark(event.seal);
        const block = this.#blocks[event.index];
        if (block !== undefined) block.seal = seal;
        return { ...event, seal };
      }
      case 'end':
        this.#onEnd(new WatchedAnswer(this.#blocks, this.#words, this.#thinkingCharacters <= thinkingCharactersMax));
        return event;
      default:
        return event;
    }
  }

  #start(event: Extract<ChatEvent, { type: 'block-start' }>): ChatEvent {
    const { block } = event;
    const seal = 'seal' in block && block.seal !== undefined ? this.#mark(block.seal) : undefined;
    const growing: Growing = {
      block,
      thinking: block.type === 'thinking' ? new Gathering() : undefined,
      words: block.type === 'text' || block.type === 'refusal' ? new TextDigest() : undefined,
      length: 0,
      seal,
      carried: 'carried' in block ? block.carried : undefined,
    };
    this.#blocks.push(growing);
    if ('text' in block) this.#add(growing, block.text);
    return seal === undefined ? event : { ...event, block: { ...block, seal } as Block };
  }

  #add(block: Growing | undefined, text: string): void {
    if (block === undefined || text === '') return;
    block.length += text.length;
    if (block.words !== undefined) {
      block.words.add(text);
      this.#words.add(text);
    } else if (block.thinking !== undefined) {
      this.#thinkingCharacters += text.length;
      if (this.#thinkingCharacters <= thinkingCharactersMax) block.thinking.add(text);
    }
  }

  /** A seal that came through another gateway keeps the minter that it names. */
  #mark(seal: Seal): Seal {
    return seal.minter === undefined ? { ...seal, minter: this.#minter } : seal;
  }
}

/** An answer that has ended. */
export class WatchedAnswer {
  readonly items: readonly SealedItem[];
  readonly said: Said;
  readonly callIds: readonly string[];
  /** It begins with thinking that can be given back. */
  readonly beginsSealed: boolean;
  /** Some of its thinking has no seal. */
  readonly hasUnsealed: boolean;
  /** All of its thinking was kept. */
  readonly isWhole: boolean;
  readonly seals: readonly Seal[];

  constructor(blocks: readonly Growing[], words: TextDigest, isWhole: boolean) {
    const calls = blocks.flatMap(({ block }) => (block.type === 'tool-call' ? [block] : []));
    this.callIds = calls.map((call) => call.id);
    this.seals = blocks.flatMap(({ seal }) => (seal === undefined ? [] : [seal]));
    this.beginsSealed = blocks[0]?.block.type === 'thinking' && blocks[0].seal !== undefined;
    this.hasUnsealed = blocks.some(({ block, seal }) => block.type === 'thinking' && seal === undefined);
    this.isWhole = isWhole;
    const isSealed = this.seals.length > 0;
    this.said = { words: isSealed ? words.digest() : '', callNames: calls.map((call) => call.name) };
    this.items = isSealed ? blocks.flatMap(itemOf) : [];
  }
}

function itemOf({ block, thinking, words, length, seal, carried }: Growing): SealedItem[] {
  const sealed = seal === undefined ? {} : { seal };
  if (block.type === 'tool-call') return [{ type: 'tool-call', id: block.id, name: block.name, ...sealed }];
  if (block.type === 'text' && words !== undefined) {
    if (length === 0 && seal === undefined) return [];
    return [{ type: 'text', length, ...(seal && { seal, digest: words.digest() }) }];
  }
  // Without a seal it is only words, which the caller has, or can do without.
  if (thinking === undefined || seal === undefined) return [];
  const redacted = block.type === 'thinking' && block.redacted ? { redacted: true } : {};
  return [{ type: 'thinking', text: thinking.text(), seal, ...redacted, ...(carried && { carried }) }];
}
