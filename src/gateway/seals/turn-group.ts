/** What an assistant said in one go may stand in several turns: some SDKs make one of each piece that they received. */
import type { Turn } from '../../llm/chat.ts';

/** The turn at this place; of an assistant all that follow each other. */
export function groupAt(turns: readonly Turn[], at: number): readonly Turn[] {
  let end = at + 1;
  if (turns[at]?.role === 'assistant') while (turns[end]?.role === 'assistant') end++;
  return turns.slice(at, end);
}

/** One turn in the place of several; its blocks are the caller's to set. */
export function joinedTurn(group: readonly Turn[]): Turn {
  return Object.assign({}, ...group.toReversed()) as Turn;
}

/** Where turns become one, the later ones are no longer where their number says. */
export function placed(turn: Turn, at: number): Turn {
  return turn.at === undefined ? { ...turn, at: `messages[${at}]` } : turn;
}
