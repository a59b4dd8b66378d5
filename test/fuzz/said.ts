/** What a neutral answer says, without the way it was cut into pieces. */
import type { ChatEvent } from '../../src/llm/chat.ts';

export interface Said {
  readonly blocks: readonly string[];
  readonly end: string;
}

/** Neighbouring texts are one: some dialects have no blocks. */
export function saidBy(events: readonly ChatEvent[]): Said {
  const blocks: { type: string; head: string; text: string }[] = [];
  let end = 'nothing';
  for (const event of events) {
    if (event.type === 'block-start') {
      const { block } = event;
      const head = block.type === 'tool-call' ? block.name : '';
      const text = 'text' in block ? block.text : block.type === 'tool-call' ? block.args : '';
      blocks.push({ type: block.type, head, text });
    }
    const last = blocks.at(-1);
    if (event.type === 'block-delta' && last !== undefined) last.text += event.delta;
    if (event.type === 'end') end = `end ${event.stop}`;
    if (event.type === 'error') end = `error ${event.error.kind}`;
  }
  return { blocks: blocks.map(({ type, head, text }) => `${type} ${head} ${text}`), end };
}
