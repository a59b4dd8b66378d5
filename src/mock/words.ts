/** The mock counts words as tokens, so that anybody can check its usage numbers by eye. */
import type { Block, ChatEvent, ChatRequest } from '../llm/chat.ts';

const vocabulary = 'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor'.split(' ');

/** `count` words, one token each. */
export function words(count: number): string {
  return Array.from({ length: count }, (_, i) => vocabulary[i % vocabulary.length]).join(' ');
}

/** A text cut into tokens that, laid end to end, are the text. */
export function tokensOf(text: string): readonly string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

export function lastUserText(request: ChatRequest): string {
  const turn = request.turns.findLast(
    ({ role, blocks }) => role === 'user' && blocks.some((block) => block.type === 'text'),
  );
  return textOf(turn?.blocks ?? []);
}

/** The text of the newest tool result, if it came after everything the user said. */
export function lastToolResult(request: ChatRequest): string | undefined {
  const result = request.turns.at(-1)?.blocks.findLast((block) => block.type === 'tool-result');
  return result?.type === 'tool-result' ? textOf(result.content) : undefined;
}

/** Input tokens: the words of everything that was said, offered or shown; a picture or file counts 100. */
export function countInput(request: ChatRequest): number {
  const blocks = [...request.system, ...request.turns.flatMap((turn) => turn.blocks)];
  const tools = request.tools.map((tool) => `${tool.name} ${tool.description ?? ''} ${tool.schema ?? ''}`);
  const sum = blocks.reduce((total, block) => total + countBlock(block), 0);
  return Math.max(1, sum + tools.reduce((total, text) => total + tokensOf(text).length, 0));
}

/** Output tokens of events: every delta is one. */
export function countOutput(events: readonly ChatEvent[]): number {
  return events.filter((event) => event.type === 'block-delta').length;
}

function textOf(blocks: readonly Block[]): string {
  return blocks.map((block) => (block.type === 'text' ? block.text : '')).join('');
}

function countBlock(block: Block): number {
  switch (block.type) {
    case 'text':
    case 'refusal':
    case 'thinking':
      return tokensOf(block.text).length;
    case 'tool-call':
      return 1 + tokensOf(block.args).length;
    case 'tool-result':
      return block.content.reduce((total, inner) => total + countBlock(inner), 0);
    case 'media':
      return 100;
    case 'opaque':
      return 1;
  }
}
