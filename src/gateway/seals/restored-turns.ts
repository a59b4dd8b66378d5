/** A caller's conversation with what the vault has of it put back. */
import type { Block, Turn } from '../../llm/chat.ts';
import { ConversationDigest, saidIn } from './conversation.ts';
import { restoredTurn, type SealedItem } from './sealed-turn.ts';
import { groupAt, joinedTurn, placed } from './turn-group.ts';
import type { SealVault } from './vault.ts';

/** The same array when there is nothing to put back. */
export function restoredTurns(turns: readonly Turn[], organization: string, vault: SealVault): readonly Turn[] {
  const digest = vault.holdsAny(organization, 'conversation') ? new ConversationDigest() : undefined;
  if (digest === undefined && !vault.holdsAny(organization, 'call')) return turns;
  const search = { organization, vault, digest };
  const restored: Turn[] = [];
  let changed = false;
  for (let at = 0; at < turns.length; at++) {
    const group = groupAt(turns, at);
    const blocks = group.length === 1 ? (group[0] as Turn).blocks : group.flatMap((turn) => turn.blocks);
    const items = group[0]?.role === 'assistant' ? find(blocks, search) : undefined;
    for (const turn of group) digest?.add(turn.role, turn.blocks);
    if (items === undefined) restored.push(...group.map((turn, i) => placed(turn, at + i)));
    else restored.push({ ...placed(joinedTurn(group), at), blocks: restoredTurn(blocks, items) });
    changed ||= items !== undefined;
    at += group.length - 1;
  }
  return changed ? restored : turns;
}

interface Search {
  readonly organization: string;
  readonly vault: SealVault;
  /** Of all that stands before the turn. */
  readonly digest: ConversationDigest | undefined;
}

function find(blocks: readonly Block[], { organization, vault, digest }: Search): readonly SealedItem[] | undefined {
  for (const block of blocks) {
    const items = block.type === 'tool-call' ? read(vault.find(organization, 'call', block.id)) : undefined;
    if (items !== undefined && isSameCalls(blocks, items)) return items;
  }
  return digest === undefined
    ? undefined
    : read(vault.find(organization, 'conversation', digest.after(saidIn(blocks))));
}

function read(kept: string | undefined): readonly SealedItem[] | undefined {
  return kept === undefined ? undefined : (JSON.parse(kept) as SealedItem[]);
}

/** Ids are made by providers, and not all of them make a new one for each call. */
function isSameCalls(blocks: readonly Block[], items: readonly SealedItem[]): boolean {
  const calls = items.filter((item) => item.type === 'tool-call');
  return blocks.every(
    (block) => block.type !== 'tool-call' || calls.some((call) => call.id === block.id && call.name === block.name),
  );
}
