import { describe, expect, it } from 'vitest';
import { decode } from '../../../test/golden/bedrock-converse/event-stream.ts';
import type { ChatEvent } from '../../llm/chat.ts';
import { NoteList } from '../../llm/notes.ts';
import { bedrockConverse } from './index.ts';

const context = {
  ...{ requestId: 'req_1', model: 'm', createdAtMs: 0, wantsStreamUsage: true, inputTokensEstimate: 1 },
  notes: new NoteList(),
};

describe("another dialect's seal on a call", () => {
  it('does not turn the call into reasoning: only reasoning has a signature', () => {
    const frames: Buffer[] = [];
    const renderer = bedrockConverse.renderStream((frame) => frames.push(Buffer.from(frame)), context);
    const events: readonly ChatEvent[] = [
      { type: 'start', id: 'x', model: 'm' },
      { type: 'block-start', index: 0, block: { type: 'tool-call', id: 'tooluse_1', name: 'f', args: '' } },
      { type: 'block-delta', index: 0, delta: '{"a":1}' },
      { type: 'block-seal', index: 0, seal: { dialect: 'gemini', value: 'c2VhbA==' } },
      { type: 'block-end', index: 0 },
      { type: 'end', stop: 'tool-call' },
    ];
    for (const event of events) renderer.push(event);
    const deltas = decode(Buffer.concat(frames)).flatMap(({ type, body }) =>
      type === 'contentBlockDelta' ? [body.delta] : [],
    );
    expect(deltas).toEqual([{ toolUse: { input: '{"a":1}' } }]);
  });
});
