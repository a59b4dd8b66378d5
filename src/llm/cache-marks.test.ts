import { describe, expect, it } from 'vitest';
import { withCacheMarks } from './cache-marks.ts';
import type { Block, ChatRequest, Turn } from './chat.ts';

const text = (value: string, rest: object = {}): Block => ({ type: 'text', text: value, ...rest });
const user = (...blocks: Block[]): Turn => ({ role: 'user', blocks });
const result = (callId: string): Block => ({ type: 'tool-result', callId, content: [text('r')] });
const calling: Turn = { role: 'assistant', blocks: [{ type: 'tool-call', id: 'a', name: 'f', args: '{}' }] };
const request = (more: Partial<ChatRequest>): ChatRequest => ({
  model: 'm',
  stream: false,
  wantsStreamUsage: false,
  system: [],
  turns: [],
  tools: [],
  ...more,
});
const session = request({
  system: [text('s1'), text('s2')],
  tools: [{ name: 'f' }, { name: 'g' }],
  turns: [user(text('q')), calling, user(result('a')), calling, user(result('a'), text('now'), text(' '))],
});

describe('cache marks for a caller that has none', () => {
  it.each(['anthropic', 'bedrock-converse'] as const)(
    'stand where %s needs them: instructions, last two turns',
    (to) => {
      const { system, tools, turns } = withCacheMarks(session, 'openai-chat', to);
      expect(system).toEqual([text('s1'), text('s2', { cache: '5m' })]);
      expect(tools).toEqual(session.tools);
      expect(turns).toEqual([
        user(text('q')),
        calling,
        user({ ...result('a'), cache: '5m' } as Block),
        calling,
        user(result('a'), text('now', { cache: '5m' }), text(' ')),
      ]);
    },
  );

  it('stand on the tools where there are no instructions', () => {
    const marked = withCacheMarks({ ...session, system: [] }, 'gemini', 'anthropic');
    expect(marked.tools).toEqual([{ name: 'f' }, { name: 'g', cache: '5m' }]);
  });

  it('only grow with a turn: where one was, the next request has it too', () => {
    const shorter = { ...session, turns: session.turns.slice(0, 3) };
    const end = withCacheMarks(shorter, 'openai-responses', 'anthropic').turns[2];
    expect(withCacheMarks(session, 'openai-responses', 'anthropic').turns[2]).toEqual(end);
  });

  it.each([
    ['a caller that has marks of its own', session, 'anthropic', 'bedrock-converse'],
    ['a provider that needs none', session, 'openai-chat', 'gemini'],
    ['a caller that set one', { ...session, turns: [user(text('q', { cache: '1h' }))] }, 'openai-chat', 'anthropic'],
    ['a question that nothing follows', request({ turns: [user(text('q'))] }), 'openai-chat', 'anthropic'],
  ] as const)('are not set for %s', (_name, asked, from, to) => {
    expect(withCacheMarks(asked, from, to)).toBe(asked);
  });
});
