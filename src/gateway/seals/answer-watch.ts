/** Watches a translated answer: marks its seals with their minter, and gathers what the caller may not bring back. */
import type { Block, Carried, ChatEvent, Seal } from '../../llm/chat.ts';
import { type SealedItem, textDigest } from './sealed-turn.ts';

/** A block of the answer while it grows. */
interface Growing {
  readonly block: Block;
  text: string;
  seal: Seal | undefined;
  carried: Carried | undefined;
}

export class AnswerWatch {
  readonly #minter: string;
  readonly #onEnd: (answer: WatchedAnswer) => void;
  readonly #blocks: Growing[] = [];

  constructor(minter: string, onEnd: (answer: WatchedAnswer) => void) {
    this.#minter = minter;
    this.#onEnd = onEnd;
  }

  /** The same event, or the one to go on with. */
  event(event: ChatEvent): ChatEvent {
    switch (event.type) {
      case 'block-start':
        return this.#start(event);
      case 'block-delta': {
        const block = this.#blocks[event.index];
        if (block !== undefined) block.text += event.delta;
        return event;
      }
      case 'block-seal': {
        const seal = this.#mark(event.seal);
        const block = this.#blocks[event.index];
        if (block !== undefined) block.seal = seal;
        return { ...event, seal };
      }
      case 'end':
        this.#onEnd(new WatchedAnswer(this.#blocks));
        return event;
      default:
        return event;
    }
  }

  #start(event: Extract<ChatEvent, { type: 'block-start' }>): ChatEvent {
    const { block } = event;
    const seal = 'seal' in block && block.seal !== undefined ? this.#mark(block.seal) : undefined;
    const text = block.type === 'text' || block.type === 'thinking' ? block.text : '';
    const carried = 'carried' in block ? block.carried : undefined;
    this.#blocks.push({ block, text, seal, carried });
    return seal === undefined ? event : { ...event, block: { ...block, seal } as Block };
  }

  #mark(seal: Seal): Seal {
    // A seal that came through another gateway keeps the minter that it names.
    return seal.minter === undefined ? { ...seal, minter: this.#minter } : seal;
  }
}

/** A whole answer. */
export class WatchedAnswer {
  readonly items: readonly SealedItem[];
  /** Its words and calls, as the caller will send them again. */
  readonly blocks: readonly Block[];
  readonly callIds: readonly string[];
  /** It begins with thinking that can be given back. */
  readonly beginsSealed: boolean;
  /** Some of its thinking has no seal. */
  readonly hasUnsealed: boolean;

  constructor(blocks: readonly Growing[]) {
    this.items = blocks.flatMap(itemOf);
    this.blocks = blocks.flatMap(({ block, text }): Block[] => {
      if (block.type === 'tool-call') return [block];
      return block.type === 'text' || block.type === 'refusal' ? [{ type: 'text', text }] : [];
    });
    this.beginsSealed = blocks[0]?.block.type === 'thinking' && blocks[0].seal !== undefined;
    this.hasUnsealed = blocks.some(({ block, seal }) => block.type === 'thinking' && seal === undefined);
    this.callIds = this.blocks.flatMap((block) => (block.type === 'tool-call' ? [block.id] : []));
  }

  get seals(): readonly Seal[] {
    return this.items.flatMap((item) => (item.seal === undefined ? [] : [item.seal]));
  }
}

function itemOf({ block, text, seal, carried }: Growing): SealedItem[] {
  const sealed = seal === undefined ? {} : { seal };
  if (block.type === 'tool-call') return [{ type: 'tool-call', id: block.id, name: block.name, ...sealed }];
  if (block.type === 'text') {
    if (text === '' && seal === undefined) return [];
    return [{ type: 'text', length: text.length, ...(seal && { seal, digest: textDigest(text) }) }];
  }
  // Without a seal it is only words, which the caller has, or can do without.
  if (block.type !== 'thinking' || seal === undefined) return [];
  return [{ type: 'thinking', text, seal, ...(block.redacted && { redacted: true }), ...(carried && { carried }) }];
}
