/** Oddities of providers, each as it was seen or as the API's own words allow it. */
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../llm/chat.ts';
import { checked } from '../../llm/checked.ts';
import { openaiResponses } from './index.ts';

type Wire = Record<string, unknown>;

function read(...events: readonly Wire[]): ChatEvent[] {
  const seen: ChatEvent[] = [];
  const parser = openaiResponses.parseStream(checked((event) => seen.push(event)));
  for (const event of events) parser.push({ event: String(event.type), data: JSON.stringify(event) });
  parser.end();
  return seen;
}

const created = { type: 'response.created', response: { id: 'r', model: 'm' } };
const completed = (more: Wire = {}) => ({
  type: 'response.completed',
  response: { status: 'completed', output: [], ...more },
});
const added = (output_index: number, item: Wire) => ({ type: 'response.output_item.added', output_index, item });
const done = (output_index: number, item: Wire) => ({ type: 'response.output_item.done', output_index, item });
const args = (output_index: number, delta: string) => ({
  type: 'response.function_call_arguments.delta',
  output_index,
  delta,
});
const call = (call_id: string, more: Wire = {}) => ({
  type: 'function_call',
  id: `fc_${call_id}`,
  call_id,
  name: 'f',
  ...more,
});

const texts = (events: readonly ChatEvent[]) =>
  events.reduce<string[]>((all, event) => {
    if (event.type === 'block-start') all.push('');
    if (event.type === 'block-delta') all.push(`${all.pop()}${event.delta}`);
    return all;
  }, []);

describe('items of an answer', () => {
  it('whose pieces are mixed come one after the other', () => {
    const events = read(
      ...[
        created,
        added(0, call('a')),
        added(1, call('b')),
        args(1, '{"b"'),
        args(0, '{"a"'),
        args(1, ':1}'),
        args(0, ':1}'),
      ],
      ...[done(1, call('b', { arguments: '{"b":1}' })), done(0, call('a', { arguments: '{"a":1}' })), completed()],
    );
    expect(texts(events)).toEqual(['{"a":1}', '{"b":1}']);
    expect(events.at(-1)).toMatchObject({ type: 'end', stop: 'tool-call' });
  });

  it('whose ids change on the way are known by their place', () => {
    const delta = { type: 'response.output_text.delta', output_index: 0, content_index: 0, item_id: 'x2', delta: 'Hi' };
    const message = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi' }] };
    const events = read(
      created,
      added(0, { ...message, id: 'x1', content: [] }),
      delta,
      done(0, { ...message, id: 'x3' }),
      completed(),
    );
    expect(texts(events)).toEqual(['Hi']);
  });

  it('that were never announced, or come only in the last event, are read all the same', () => {
    const message = { type: 'message', id: 'm', role: 'assistant', content: [{ type: 'output_text', text: 'Hi' }] };
    expect(texts(read(created, done(0, message), completed()))).toEqual(['Hi']);
    expect(texts(read(created, completed({ output: [message] })))).toEqual(['Hi']);
    expect(texts(read({ type: 'response.output_text.delta', delta: 'Hi' }, completed()))).toEqual(['Hi']);
  });

  it('whose closing event says more than the pieces did are completed by it', () => {
    const events = read(
      created,
      added(0, call('a')),
      args(0, '{"a'),
      done(0, call('a', { arguments: '{"a":1}' })),
      completed(),
    );
    expect(texts(events)).toEqual(['{"a":1}']);
  });

  it('reasoning in several parts is one text, and goes back as the parts that it was', () => {
    const part = (summary_index: number, delta: string) => [
      { type: 'response.reasoning_summary_part.added', output_index: 0, summary_index, part: { type: 'summary_text' } },
      { type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index, delta },
    ];
    const summary = [
      { type: 'summary_text', text: 'One' },
      { type: 'summary_text', text: 'Two' },
    ];
    const item = { type: 'reasoning', id: 'rs_1', summary, encrypted_content: 'sealed' };
    const events = read(
      created,
      added(0, { ...item, summary: [] }),
      ...part(0, 'One'),
      ...part(1, 'Two'),
      done(0, item),
      completed(),
    );
    expect(texts(events)).toEqual(['One\n\nTwo']);
    const sealed = events.find((event) => event.type === 'block-seal');
    const turns = [
      {
        role: 'assistant',
        blocks: [
          { type: 'thinking', text: 'One\n\nTwo', seal: sealed?.seal },
          { type: 'text', text: 'Hi' },
        ],
      },
      { role: 'user', blocks: [{ type: 'text', text: 'Go on' }] },
    ];
    const request = { model: 'm', stream: false, wantsStreamUsage: true, system: [], turns, tools: [] };
    const { input } = openaiResponses.renderRequest(request as never, { name: 'm' }, { dropped: () => {} });
    expect((input as Wire[])[0]).toEqual(item);
  });
});

describe('the end of an answer', () => {
  const text = { type: 'response.output_text.delta', output_index: 0, delta: 'Hi' };
  const incomplete = (reason: string) => ({
    type: 'response.incomplete',
    response: { status: 'incomplete', incomplete_details: { reason }, output: [] },
  });

  it.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'refusal'],
  ])('that is incomplete by %s is %s', (reason, stop) => {
    expect(read(created, text, incomplete(reason)).at(-1)).toMatchObject({ type: 'end', stop });
  });

  it('a mark that this API does not have is not an end', () => {
    const seen: ChatEvent[] = [];
    const parser = openaiResponses.parseStream(checked((event) => seen.push(event)));
    parser.push({ event: '', data: JSON.stringify(created) });
    parser.push({ event: '', data: '[DONE]' });
    expect(parser.finished).toBe(false);
    parser.end();
    expect(seen.at(-1)?.type).toBe('error');
  });

  it.each([
    { type: 'error', code: 'rate_limit_exceeded', message: 'Slow down', param: null },
    { type: 'error', error: { type: 'x', code: 'rate_limit_exceeded', message: 'Slow down' } },
    {
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'Slow down' } },
    },
  ])('a failure is one in each of its forms: %j', (event) => {
    expect(read(created, text, event).at(-1)).toMatchObject({
      type: 'error',
      error: { kind: 'rate-limited', message: 'Slow down' },
    });
  });

  it('an answer that failed with status 200 is no answer', () => {
    const failed = { status: 'failed', error: { code: 'server_error', message: 'Oops' }, output: [] };
    expect(openaiResponses.checkResponse(failed)).toMatchObject({ kind: 'upstream' });
    expect(openaiResponses.checkResponse({ object: 'response' })).toMatchObject({ kind: 'upstream' });
    expect(openaiResponses.checkResponse({ status: 'queued', output: [], error: null })).toBeUndefined();
  });
});
