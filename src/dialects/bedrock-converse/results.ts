/** Each call of a tool has exactly one result, in the user message behind it. */
import type { Turn } from '../../llm/chat.ts';
import { refused } from '../shape.ts';

/**
 * Refuses what the API itself refuses, so that no target is asked with a result made up or lost. Throws invalid-request
 * with the path of the part.
 */
export function checkResults(turns: readonly Turn[]): void {
  let waiting = new Map<string, string>();
  turns.forEach((turn, i) => {
    if (turn.role === 'assistant') {
      refuseMissing(waiting);
      waiting = new Map();
    }
    turn.blocks.forEach((block, j) => {
      const path = `messages[${i}].content[${j}]`;
      if (block.type === 'tool-call') waiting.set(block.id, `${path}.toolUse`);
      if (block.type !== 'tool-result' || waiting.delete(block.callId)) return;
      const id = JSON.stringify(block.callId.slice(0, 80));
      throw refused(`${path}.toolResult.toolUseId`, `${id} is no open toolUse of the assistant message before it`);
    });
    if (turn.role === 'user') {
      refuseMissing(waiting);
      waiting = new Map();
    }
  });
  refuseMissing(waiting);
}

function refuseMissing(waiting: ReadonlyMap<string, string>): void {
  const [missing] = waiting;
  if (missing === undefined) return;
  const [id, path] = missing;
  throw refused(path, `${JSON.stringify(id.slice(0, 80))} has no toolResult in the next user message`);
}
