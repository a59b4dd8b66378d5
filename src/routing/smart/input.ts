/** What the scorer asks of a request, out of the neutral language. */
import type { Block, ChatRequest, Thinking, Turn } from '../../llm/chat.ts';

export interface SmartInput {
  /** The system prompt. */
  readonly instructions?: string;
  readonly lastUserText: string;
  /** The user's turn before it: read when the last one is too short to tell ("yes, please"). */
  readonly earlierUserText?: string;
  readonly earlierTurns: number;
  readonly toolsCount: number;
  /** The last turn answers a call of a tool: an agent is at work. */
  readonly hasToolResults: boolean;
  readonly mediaCount: number;
  readonly inputTokensEstimate: number;
  readonly maxOutputTokens?: number;
  readonly wantsThinking?: boolean;
  /** `de`, where the caller or an earlier stage knows it; otherwise it is guessed. */
  readonly language?: string;
  readonly tags?: readonly string[];
}

/** What is known of a request beside its words. */
export interface SmartFacts {
  readonly inputTokensEstimate: number;
  readonly tags?: readonly string[];
}

export function smartInputOf(request: ChatRequest, { inputTokensEstimate, tags }: SmartFacts): SmartInput {
  const { turns } = request;
  const last = turns.findLastIndex(saysSomething);
  const earlier = turns.findLastIndex((turn, i) => i < last && saysSomething(turn));
  return {
    instructions: textOfBlocks(request.system),
    lastUserText: last < 0 ? '' : textOfTurn(turns[last]),
    ...(earlier >= 0 && { earlierUserText: textOfTurn(turns[earlier]) }),
    earlierTurns: Math.max(0, turns.length - 1),
    toolsCount: request.tools.length,
    hasToolResults: turns.at(-1)?.blocks.some(({ type }) => type === 'tool-result') ?? false,
    mediaCount: turns.reduce((sum, { blocks }) => sum + blocks.filter(({ type }) => type === 'media').length, 0),
    inputTokensEstimate,
    ...(request.maxTokens !== undefined && { maxOutputTokens: request.maxTokens }),
    ...(request.thinking && { wantsThinking: wantsThinking(request.thinking) }),
    ...(tags && { tags }),
  };
}

/** A turn of the user with words of its own: one that only carries results of tools is the agent's. */
function saysSomething({ role, blocks }: Turn): boolean {
  return role === 'user' && blocks.some((block) => block.type === 'text' && block.text.trim() !== '');
}

function textOfTurn(turn: Turn | undefined): string {
  return textOfBlocks(turn?.blocks ?? []);
}

function textOfBlocks(blocks: readonly Block[]): string {
  return blocks.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
}

/** Asked for in earnest; a model that may think as little as it likes says nothing about the request. */
function wantsThinking({ mode, effort, budgetTokens }: Thinking): boolean {
  if (mode === 'off') return false;
  if (effort !== undefined) return effort === 'high' || effort === 'xhigh' || effort === 'max';
  return mode === 'budget' && (budgetTokens ?? 0) > 0;
}
