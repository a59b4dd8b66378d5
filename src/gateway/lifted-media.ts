/** Whether what was lifted out of a request is media and nothing else: only then nobody reads it on the way. */
import type { LiftedString } from '../lib/lifted-json.ts';
import type { Block, ChatRequest } from '../llm/chat.ts';

/** True when each of the strings is in the bytes of one block of media. Text in base64 is read by some dialects. */
export function areAllMedia(strings: readonly LiftedString[], { system, turns }: ChatRequest): boolean {
  const blocks = [...system, ...turns.flatMap((turn) => turn.blocks)];
  const found = blocks.flatMap(mediaTexts).filter((text) => strings.some(({ token }) => text.includes(token)));
  return found.length === strings.length;
}

function mediaTexts(block: Block): string[] {
  if (block.type === 'tool-result') return block.content.flatMap(mediaTexts);
  if (block.type !== 'media' || !('base64' in block.source) || block.mediaType?.startsWith('text/')) return [];
  return [block.source.base64];
}
