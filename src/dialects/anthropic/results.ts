/** Each call of a tool has exactly one result, behind it. https://platform.claude.com/docs/en/agents-and-tools/tool-use */
import type { Turn } from '../../llm/chat.ts';
import { refused } from '../shape.ts';

/**
 * Refuses what the API itself would refuse, so that no target is asked with a result made up or lost. Throws
 * invalid-request with the path of the block.
 */
export function checkResults(turns: readonly Turn[]): void {
  let waiting = new Map<string, string>();
  let answered = new Set<string>();
  turns.forEach((turn, i) => {
    if (turn.role === 'assistant' && answered.size > 0) {
      refuseMissing(waiting);
      waiting = new Map();
      answered = new Set();
    }
    turn.blocks.forEach((block, j) => {
      const path = `messages[${i}].content[${j}]`;
      if (block.type === 'tool-call') waiting.set(block.id, path);
      if (block.type !== 'tool-result') return;
      const id = JSON.stringify(block.callId.slice(0, 80));
      const at = `${path}.tool_use_id`;
      if (answered.has(block.callId)) throw refused(at, `${id} has a result already`);
      if (!waiting.delete(block.callId)) throw refused(at, `${id} is no tool_use of the assistant message before it`);
      answered.add(block.callId);
    });
  });
  refuseMissing(waiting);
}

function refuseMissing(waiting: ReadonlyMap<string, string>): void {
  const [missing] = waiting;
  if (missing === undefined) return;
  const [id, path] = missing;
  throw refused(path, `tool_use ${JSON.stringify(id.slice(0, 80))} has no tool_result in the next user message`);
}
