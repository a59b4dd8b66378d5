/**
 * Cache marks for callers whose dialect has none, because their providers keep prompts by themselves. A provider that
 * keeps nothing unless it is told where would read the whole conversation anew with each turn of such a caller.
 * Why, and what it costs: docs/decisions/2026-11-21-prompt-cache-marks.md.
 */
import type { Block, CacheMark, ChatRequest, DialectId, Tool, Turn } from './chat.ts';

/** Their providers find the longest known prefix on their own. */
const cachingByItself: readonly DialectId[] = ['openai-chat', 'openai-responses', 'gemini'];
/** Their providers keep what is marked, and nothing else. */
const cachingByMarks: readonly DialectId[] = ['anthropic', 'bedrock-converse'];

const mark: CacheMark = '5m';
/** Turns of the user that are marked: the newest, and the one where the last request ended, which is surely kept. */
const turnsMarked = 2;

/**
 * The request with marks at the end of what stays: the instructions (or the tools where there are none) and the last two
 * turns of the user. Unchanged where the caller set any mark itself, or where no further turn is to be expected: a first
 * question without tools.
 */
export function withCacheMarks(request: ChatRequest, caller: DialectId, target: DialectId): ChatRequest {
  if (!cachingByItself.includes(caller) || !cachingByMarks.includes(target)) return request;
  const { system, turns, tools } = request;
  const goesOn = tools.length > 0 || turns.some((turn) => turn.role === 'assistant');
  if (!goesOn || isMarked(request)) return request;
  return {
    ...request,
    ...(system.length > 0 ? { system: markLast(system) } : { tools: markLastTool(tools) }),
    turns: markTurns(turns),
  };
}

function isMarked({ system, turns, tools }: ChatRequest): boolean {
  const hasMark = (block: Block): boolean => {
    if (block.type === 'opaque') return false;
    return block.cache !== undefined || (block.type === 'tool-result' && block.content.some(hasMark));
  };
  return (
    tools.some((tool) => tool.cache !== undefined) ||
    system.some(hasMark) ||
    turns.some((turn) => turn.blocks.some(hasMark))
  );
}

function markTurns(turns: readonly Turn[]): readonly Turn[] {
  const marked = [...turns];
  let left = turnsMarked;
  for (let i = turns.length - 1; i >= 0 && left > 0; i--) {
    const turn = turns[i] as Turn;
    const blocks = turn.role === 'user' ? markLast(turn.blocks) : turn.blocks;
    if (blocks === turn.blocks) continue;
    marked[i] = { ...turn, blocks };
    left--;
  }
  return marked;
}

/** The same array when no block can have a mark. */
function markLast(blocks: readonly Block[]): readonly Block[] {
  const at = blocks.findLastIndex(takesMark);
  return at === -1 ? blocks : blocks.with(at, { ...blocks[at], cache: mark } as Block);
}

/** A blank text is left out of requests, and a mark on it with it. */
function takesMark(block: Block): boolean {
  if (block.type === 'text') return block.text.trim() !== '';
  return block.type === 'tool-result' || block.type === 'media';
}

function markLastTool(tools: readonly Tool[]): readonly Tool[] {
  return tools.map((tool, i) => (i === tools.length - 1 ? { ...tool, cache: mark } : tool));
}
