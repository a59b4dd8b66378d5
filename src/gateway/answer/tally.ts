/** What an answer has used so far: the provider's own words, and our count beside it. A dialect's StreamTap is one. */
import { defined } from '../../lib/defined.ts';
import type { ChatEvent } from '../../llm/chat.ts';
import { estimateTokens } from '../../llm/estimate.ts';
import type { Usage } from '../../llm/usage.ts';

export interface Tally {
  /** The provider's count, cumulative; undefined while it has said nothing. */
  readonly usage: Partial<Usage> | undefined;
  readonly usageFlags: readonly string[];
  /** Our count of the output that came. */
  readonly outputTokensSeen: number;
  /** Everything that the provider meant to say has come. */
  readonly complete: boolean;
  /** The id under which the provider keeps the answer, where it does. */
  readonly answerId?: string | undefined;
}

export const emptyTally: Tally = Object.freeze({
  usage: undefined,
  usageFlags: [],
  outputTokensSeen: 0,
  complete: false,
});

/** A tally that is kept from neutral events. */
export class EventTally implements Tally {
  usage: Partial<Usage> | undefined;
  readonly usageFlags: string[] = [];
  outputTokensSeen = 0;
  complete = false;

  addUsage(usage: Partial<Usage>, flags: readonly string[] = []): void {
    this.usage = { ...this.usage, ...defined(usage) };
    for (const flag of flags) if (!this.usageFlags.includes(flag)) this.usageFlags.push(flag);
  }

  /** What one event of an answer adds. */
  count(event: ChatEvent): void {
    if (event.type === 'usage') this.addUsage(event.usage, event.flags);
    else if (event.type === 'block-delta') this.addOutput(event.delta);
    else if (event.type === 'block-start' && event.block.type === 'tool-call') this.addOutput(event.block.name);
  }

  addOutput(text: string): void {
    this.outputTokensSeen += estimateTokens(text);
  }
}
