import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../llm/chat.ts';
import { LlmFailure } from '../../llm/error.ts';
import { NoteList } from '../../llm/notes.ts';
import { renderRequest } from './render-request.ts';

const silent: ChatRequest = {
  ...{ model: 'm', stream: false, wantsStreamUsage: true, system: [], turns: [], tools: [] },
};

describe('a conversation without a turn', () => {
  it('becomes what the developer says: this API wants an input', () => {
    const request = { ...silent, system: [{ type: 'text', text: 'Say hello.' }] } as const;
    const { instructions, input } = renderRequest(request, { name: 'm' }, new NoteList());
    expect(instructions).toBeUndefined();
    expect(input).toEqual([
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Say hello.' }] },
    ]);
  });

  it('is refused when nobody said anything', () => {
    expect(() => renderRequest(silent, { name: 'm' }, new NoteList())).toThrow(LlmFailure);
  });

  it('a picture in a format that the API does not know is refused by its place', () => {
    const picture = { type: 'media', kind: 'image', mediaType: 'image/flv', source: { base64: 'AA==' } } as const;
    const request = { ...silent, turns: [{ role: 'user', blocks: [picture] }] } as const;
    expect(() => renderRequest(request, { name: 'm' }, new NoteList())).toThrow(/messages\[0\].*image\/flv/);
  });
});
