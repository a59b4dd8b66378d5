/** Our own count of a prompt, for when the provider gives none: text by the estimator, media by a fixed weight. */
import type { Block, ChatRequest } from '../../llm/chat.ts';
import { estimateTokens } from '../../llm/estimate.ts';
import type { Exchange } from '../exchange.ts';
import { parseAsk } from '../translate.ts';

/** About what the large providers count for a picture of one megapixel; a document weighs by its size. */
const tokensPerImage = 1300;
const tokensPerTurn = 4;

export function estimateInput(exchange: Exchange): number {
  try {
    return estimateRequest(parseAsk(exchange));
  } catch {
    // The provider took a body that our parser does not: four bytes to a token.
    return exchange.ask.inputTokensEstimate;
  }
}

export function estimateRequest(request: ChatRequest): number {
  let tokens = estimateBlocks(request.system);
  for (const turn of request.turns) tokens += tokensPerTurn + estimateBlocks(turn.blocks);
  for (const tool of request.tools) {
    tokens += estimateTokens(tool.name) + estimateTokens(tool.description ?? '') + estimateTokens(tool.schema ?? '');
  }
  return Math.max(1, Math.ceil(tokens));
}

function estimateBlocks(blocks: readonly Block[]): number {
  return blocks.reduce((tokens, block) => tokens + estimateBlock(block), 0);
}

function estimateBlock(block: Block): number {
  switch (block.type) {
    case 'text':
    case 'refusal':
    case 'thinking':
      return estimateTokens(block.text);
    case 'tool-call':
      return estimateTokens(block.name) + estimateTokens(block.args);
    case 'tool-result':
      return estimateBlocks(block.content);
    case 'media':
      return 'text' in block.source ? estimateTokens(block.source.text) : tokensPerImage;
    case 'opaque':
      return estimateTokens(JSON.stringify(block.carried.raw) ?? '');
  }
}
