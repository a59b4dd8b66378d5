/** Takes out of a conversation what another credential sealed: it would be refused. */
import { slotTexts } from '../../dialects/seal-slots.ts';
import type { Block, DialectId, Seal, Turn } from '../../llm/chat.ts';
import type { Notes } from '../../llm/notes.ts';

/** Whom the conversation is for. */
export interface Opener {
  readonly dialect: DialectId;
  readonly minter: string;
  /** Who minted a seal of this dialect, where that was seen. */
  readonly origin: (value: string) => string | undefined;
}

const why = 'minted by another credential';

/** The same array when there is nothing to take out. Seals of other dialects are left to the renderer, which notes them. */
export function withoutOthers(turns: readonly Turn[], opener: Opener, notes: Notes): readonly Turn[] {
  let changed = false;
  const kept = turns.map((turn, i) => {
    if (turn.role !== 'assistant' || !turn.blocks.some((block) => isForeign(block, opener))) return turn;
    changed = true;
    const at = turn.at ?? `messages[${i}]`;
    return { ...turn, at, blocks: turn.blocks.flatMap((block) => opened(block, opener, at, notes)) };
  });
  return changed ? kept : turns;
}

function opened(block: Block, opener: Opener, at: string, notes: Notes): Block[] {
  if (!isForeign(block, opener)) return [block];
  notes.dropped(`${at}.${block.type === 'thinking' ? 'thinking' : 'seal'}`, why);
  if (block.type === 'thinking') return [];
  const { seal: _, ...rest } = block as Block & { seal?: Seal };
  return [rest as Block];
}

function isForeign(block: Block, opener: Opener): boolean {
  const seal = 'seal' in block ? block.seal : undefined;
  if (seal === undefined || seal.dialect !== opener.dialect) return false;
  return (seal.minter ?? originOf(seal, opener)) !== opener.minter;
}

function originOf(seal: Seal, { origin, minter }: Opener): string {
  for (const text of slotTexts(seal)) {
    const known = origin(text);
    if (known !== undefined) return known;
  }
  return minter;
}
