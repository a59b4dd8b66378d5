import { expect, it } from 'vitest';
import type { ChatRequest, Turn } from '../../llm/chat.ts';
import { smartInputOf } from './input.ts';

const text = (value: string) => ({ type: 'text', text: value }) as const;
const user = (value: string): Turn => ({ role: 'user', blocks: [text(value)] });
const assistant = (value: string): Turn => ({ role: 'assistant', blocks: [text(value)] });

function request(turns: readonly Turn[], more: Partial<ChatRequest> = {}): ChatRequest {
  return { model: 'm', stream: false, wantsStreamUsage: false, system: [], turns, tools: [], ...more };
}
const facts = { inputTokensEstimate: 100 };

it('is the last turn of the user, the one before it, and the instructions', () => {
  const turns = [user('First'), assistant('Yes?'), user('Second'), assistant('And?'), user('Third')];
  expect(smartInputOf(request(turns, { system: [text('Be'), text('brief')] }), facts)).toEqual({
    instructions: 'Be\nbrief',
    lastUserText: 'Third',
    earlierUserText: 'Second',
    earlierTurns: 4,
    toolsCount: 0,
    hasToolResults: false,
    mediaCount: 0,
    inputTokensEstimate: 100,
  });
});

it('is what the user asked for, not what a tool answered', () => {
  const results: Turn = { role: 'user', blocks: [{ type: 'tool-result', callId: '1', content: [text('42 rows')] }] };
  const call: Turn = { role: 'assistant', blocks: [{ type: 'tool-call', id: '1', name: 'query', args: '{}' }] };
  const input = smartInputOf(request([user('Count the rows'), call, results]), facts);
  expect(input).toMatchObject({ lastUserText: 'Count the rows', hasToolResults: true, earlierTurns: 2 });
});

it('counts media and tools, and takes tags and the size of the answer', () => {
  const picture = { type: 'media', kind: 'image', source: { url: 'https://a.example/b.png' } } as const;
  const turns: Turn[] = [{ role: 'user', blocks: [picture, text('What is this?')] }];
  const made = request(turns, { tools: [{ name: 'a' }, { name: 'b' }], maxTokens: 9 });
  expect(smartInputOf(made, { ...facts, tags: ['x'] })).toMatchObject({
    mediaCount: 1,
    toolsCount: 2,
    maxOutputTokens: 9,
    tags: ['x'],
  });
});

it.each([
  [{ mode: 'off' }, false],
  [{ mode: 'adaptive' }, false],
  [{ mode: 'adaptive', effort: 'low' }, false],
  [{ mode: 'adaptive', effort: 'high' }, true],
  [{ mode: 'budget', budgetTokens: 2048 }, true],
] as const)('takes %o for a wish to think: %s', (thinking, wants) => {
  expect(smartInputOf(request([user('Hm')], { thinking }), facts).wantsThinking).toBe(wants);
});

it('is empty where nobody said anything', () => {
  expect(smartInputOf(request([]), facts)).toMatchObject({ lastUserText: '', earlierTurns: 0 });
});
