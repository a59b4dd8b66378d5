/**
 * Thinking of one block that comes back in pieces. An SDK may keep each chunk of a stream as a turn of its own; where the
 * seal of another dialect travelled in such a stream, it stands on the last piece, but vouches for all of them.
 */
import type { Block, Turn } from '../../llm/chat.ts';
import { groupAt, joinedTurn, placed } from './turn-group.ts';

/** The same array when nothing is in pieces. */
export function joinedThinking(turns: readonly Turn[]): readonly Turn[] {
  const joined: Turn[] = [];
  let changed = false;
  for (let at = 0; at < turns.length; at++) {
    const group = groupAt(turns, at);
    const blocks = group.flatMap((turn) => turn.blocks);
    const whole = blocks.some(isLastPiece) ? joinedBlocks(blocks) : blocks;
    if (whole === blocks || (group.length === 1 && whole.length === blocks.length)) {
      joined.push(...group.map((turn, i) => placed(turn, at + i)));
    } else {
      joined.push({ ...placed(joinedTurn(group), at), blocks: whole });
      changed = true;
    }
    at += group.length - 1;
  }
  return changed ? joined : turns;
}

function joinedBlocks(blocks: readonly Block[]): readonly Block[] {
  const joined: Block[] = [];
  let text = '';
  let pieces: Block[] = [];
  for (const block of blocks) {
    if (isPiece(block) && block.type === 'thinking') {
      pieces.push(block);
      text += block.text;
      continue;
    }
    if (isLastPiece(block) && block.type === 'thinking') joined.push({ ...block, text: text + block.text });
    else joined.push(...pieces, block);
    pieces = [];
    text = '';
  }
  return [...joined, ...pieces];
}

function isPiece(block: Block): boolean {
  return block.type === 'thinking' && block.seal === undefined && block.redacted !== true;
}

/** A seal that names its minter travelled in a slot of the caller's dialect. */
function isLastPiece(block: Block): boolean {
  return block.type === 'thinking' && block.seal?.minter !== undefined && block.redacted !== true;
}
