import { expect, it } from 'vitest';
import type { ChatEvent } from '../../llm/chat.ts';
import { parseResponse } from './response.ts';

it('a whole answer has one call for each entry, also where a server gives two of them the same id', () => {
  const call = (args: string) => ({ id: 'call_0', type: 'function', function: { name: 'f', arguments: args } });
  const message = { role: 'assistant', content: null, tool_calls: [call('{"x":1}'), call('{"x":2}')] };
  const events: ChatEvent[] = [];
  parseResponse({ choices: [{ index: 0, message, finish_reason: 'tool_calls' }] }, (event) => events.push(event));
  const args = events.flatMap((event) => (event.type === 'block-delta' ? [event.delta] : []));
  expect(args).toEqual(['{"x":1}', '{"x":2}']);
  expect(events.filter((event) => event.type === 'block-start')).toHaveLength(2);
});
