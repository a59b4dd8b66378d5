import { describe, expect, it } from 'vitest';
import type { Block } from '../../llm/chat.ts';
import { assistant, call, png, refusal, render, result, system, text, tools, user } from './request.fixture.ts';

describe('a whole conversation', () => {
  it('FX2: calls, results, a reminder between them, instructions, tools (cases 17, 18, 25, 44, 46, 47, 48)', () => {
    const { body, dropped } = render({
      system: [text('D')],
      parallelToolCalls: false,
      tools,
      turns: [
        user(text('q')),
        assistant(call('functions.f:0', ''), call('functions.f:1')),
        user(result('functions.f:0')),
        system(text('R')),
        user(result('functions.f:1', text('two'))),
        user(text('next')),
      ],
    });
    expect(body).toEqual({
      model: 'claude-x',
      max_tokens: 256,
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      tools: [{ name: 'f', input_schema: { type: 'object', properties: {} } }],
      system: [{ type: 'text', text: 'D' }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'q' }] },
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'functions_f_0', name: 'f', input: {} },
            { type: 'tool_use', id: 'functions_f_1', name: 'f', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'functions_f_0' },
            { type: 'tool_result', tool_use_id: 'functions_f_1', content: 'two' },
          ],
        },
        { role: 'system', content: [{ type: 'text', text: 'R' }] },
        { role: 'user', content: [{ type: 'text', text: 'next' }] },
      ],
    });
    expect(dropped).toEqual([]);
  });

  it('16, 17: results of any order come first in one user message, then the text', () => {
    const { body } = render({
      tools,
      turns: [
        user(text('q')),
        assistant(call('a'), call('b')),
        user(text('x'), result('b', text('B'))),
        user(result('a', text('A'))),
      ],
    });
    expect((body.messages as unknown[])[2]).toEqual({
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'b', content: 'B' },
        { type: 'tool_result', tool_use_id: 'a', content: 'A' },
        { type: 'text', text: 'x' },
      ],
    });
  });

  it('13: an instruction stays where it is, after a user message', () => {
    const { body } = render({ turns: [user(text('u')), system(text('late')), user(text('v'))] });
    expect(roles(body)).toEqual(['user', 'system', 'user']);
    const after = render({ turns: [user(text('u')), assistant(text('a')), system(text('late')), user(text('v'))] });
    expect(roles(after.body)).toEqual(['user', 'assistant', 'user', 'system']);
  });

  it('13: a first instruction goes into system; a model without role system gets it in a user message, noted', () => {
    const first = render({ system: [text('A')], turns: [system(text('B')), user(text('u'))] });
    expect(first.body.system).toEqual([
      { type: 'text', text: 'A' },
      { type: 'text', text: 'B' },
    ]);
    const { body, dropped } = render({ turns: [user(text('u')), system(text('late'))] }, { systemTurns: false });
    expect(body.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'u' },
          { type: 'text', text: '<system>\nlate\n</system>' },
        ],
      },
    ]);
    expect(dropped).toEqual(['messages.role']);
  });

  it('25, 26, 27: blank text and empty messages go, neighbours stay', () => {
    const { body } = render({
      turns: [user(text('q'), text('  '), text('')), assistant(text('')), user(text('\n')), user(text('x'))],
    });
    expect(body.messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'q' }] },
      { role: 'user', content: [{ type: 'text', text: 'x' }] },
    ]);
    expect(refusal({ turns: [user(text(' '))] })).toEqual({
      param: 'messages',
      message: expect.stringMatching(/blank/),
    });
  });

  it('40: a prefill stays; white space at its end would be refused, so it goes with a note', () => {
    const { body, dropped } = render({ turns: [user(text('q')), assistant(text('The answer is '))] });
    expect(body.messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'q' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'The answer is' }] },
    ]);
    expect(dropped).toEqual(['messages.content']);
  });

  it('43: the same request gives the same bytes, and one more turn leaves the earlier ones as they were', () => {
    const turns = [
      user(text('q')),
      assistant(call('functions.f:0'), call('functions.f:1')),
      user(result('functions.f:0', text('A')), result('functions.f:1', text('B'))),
      assistant(call('functions.f:0')),
      user(result('functions.f:0', text('C'))),
    ];
    const once = render({ tools, turns }).text;
    expect(render({ tools, turns }).text).toBe(once);
    const more = render({ tools, turns: [...turns, assistant(text('done')), user(text('thanks'))] }).text;
    expect(more.startsWith(once.slice(0, -2))).toBe(true);
  });

  it('48: ids are legal, unique over all turns, and pair calls with results', () => {
    const { body } = render({
      tools,
      turns: [
        user(text('q')),
        assistant(call('call_1|2'), call('call_1:2'), call('same'), call('same')),
        user(result('call_1:2'), result('call_1|2'), result('same', text('1')), result('same', text('2'))),
        assistant(call('same'), call('')),
        user(result('same', text('3')), result('')),
      ],
    });
    const messages = body.messages as { content: { id?: string; tool_use_id?: string; content?: string }[] }[];
    const calls = messages.flatMap((message) => message.content.flatMap((block) => block.id ?? []));
    expect(new Set(calls).size).toBe(6);
    for (const id of calls) expect(id).toMatch(/^[a-zA-Z0-9_-]+$/);
    const results = messages.flatMap((message) => message.content.flatMap((block) => block.tool_use_id ?? []));
    expect(results).toEqual([calls[1], calls[0], calls[2], calls[3], calls[4], calls[5]]);
  });
});

function roles(body: Record<string, unknown>): string[] {
  return (body.messages as { role: string }[]).map((message) => message.role);
}

describe('blocks', () => {
  it('29, 30, 31, 34: text and media keep their order; images by URL and base64, PDFs with their title', () => {
    const pdf: Block = {
      type: 'media',
      kind: 'document',
      mediaType: 'application/pdf',
      name: 'T',
      source: { base64: 'JVBERi0=' },
    };
    const link: Block = { type: 'media', kind: 'image', source: { url: 'https://x.test/i.png' } };
    const note: Block = { type: 'media', kind: 'document', mediaType: 'text/plain', source: { text: 'words' } };
    const { body } = render({ turns: [user(text('a'), png, text('b'), link, pdf, note)] });
    expect((body.messages as { content: unknown }[])[0]?.content).toEqual([
      { type: 'text', text: 'a' },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } },
      { type: 'text', text: 'b' },
      { type: 'image', source: { type: 'url', url: 'https://x.test/i.png' } },
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' }, title: 'T' },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'words' } },
    ]);
  });

  it.each<[string, Block, RegExp]>([
    [
      '37 audio',
      { type: 'media', kind: 'audio', mediaType: 'audio/wav', source: { base64: 'AA==' } },
      /unsupported content type input_audio/,
    ],
    ['video', { type: 'media', kind: 'video', source: { url: 'https://x.test/v' } }, /unsupported content type video/],
    ['32 svg', { type: 'media', kind: 'image', mediaType: 'image/svg+xml', source: { base64: 'AA==' } }, /image\/png/],
    [
      '36 a file id of another API',
      { type: 'media', kind: 'document', source: { file: 'file-1' } },
      /another provider/,
    ],
    [
      'a spreadsheet',
      { type: 'media', kind: 'document', mediaType: 'application/zip', source: { base64: 'AA==' } },
      /application\/pdf/,
    ],
    ['50 bad arguments', call('c', '{"bad'), /arguments of tool call "c" must be a JSON object/],
    ['50 null arguments', call('c', 'null'), /must be a JSON object/],
    ['50 array arguments', call('c', '[1]'), /must be a JSON object/],
    ['56 a freeform call', { type: 'tool-call', id: 'c', name: 'f', args: 'x', form: 'freeform' }, /free text/],
  ])('%s is refused with the place of the block', (_case, block, message) => {
    const turn = block.type === 'tool-call' ? assistant(block) : user(block);
    expect(refusal({ tools, turns: [user(text('q')), turn] })).toEqual({
      param: 'messages[1].content[0]',
      message: expect.stringMatching(message),
    });
  });

  it('49: arguments keep key order, big integers and 1.0', () => {
    const args = '{"b":1,"a":12345678901234567890,"f":1.0,"s":"\\u00e9\\/"}';
    expect(render({ tools, turns: [user(text('q')), assistant(call('c', args)), user(result('c'))] }).text).toContain(
      `"input":${args}`,
    );
  });

  it('20, 21, 23: results keep errors and images, and have no empty text', () => {
    const { body } = render({
      tools,
      turns: [
        user(text('q')),
        assistant(call('a'), call('b'), call('c')),
        user(
          { type: 'tool-result', callId: 'a', content: [text('boom')], isError: true },
          result('b', text('shot'), png),
          result('c', text('')),
        ),
      ],
    });
    expect((body.messages as { content: unknown }[])[2]?.content).toEqual([
      { type: 'tool_result', tool_use_id: 'a', content: 'boom', is_error: true },
      {
        type: 'tool_result',
        tool_use_id: 'b',
        content: [
          { type: 'text', text: 'shot' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } },
        ],
      },
      { type: 'tool_result', tool_use_id: 'c' },
    ]);
  });

  it('42: a breakpoint that moves on leaves the content of the result as it was', () => {
    const turns = (mark: boolean) => [
      user(text('q')),
      assistant(call('a')),
      user(result('a', { type: 'text', text: 'A', ...(mark && { cache: '5m' as const }) })),
    ];
    const [before, after] = [render({ tools, turns: turns(true) }), render({ tools, turns: turns(false) })];
    expect(before.text).toContain('"content":"A","cache_control":{"type":"ephemeral"}}');
    expect(after.text).toContain('"content":"A"}');
  });

  it('42: at most four breakpoints, the earliest go, over tools, system and messages', () => {
    const marked = (value: string): Block => ({ type: 'text', text: value, cache: '1h' });
    const { text: body, dropped } = render({
      tools: [{ name: 'f', cache: '5m' }],
      system: [marked('s')],
      turns: [user(marked('a')), user(marked('b')), user(marked('c'), text('d'))],
    });
    expect(body.match(/cache_control/g)).toHaveLength(4);
    expect(body).not.toContain('"name":"f","input_schema":{"type":"object","properties":{}},"cache_control"');
    expect(dropped).toEqual(['cache_control']);
  });

  it('63: thinking without a signature of this API is left out, with a note; its own is given back', () => {
    const { body, dropped } = render({
      turns: [
        user(text('q')),
        assistant(
          { type: 'thinking', text: 'a' },
          { type: 'thinking', text: 'b', seal: { dialect: 'openai-chat', value: 'x' } },
          { type: 'thinking', text: 'c', seal: { dialect: 'anthropic', value: 'Sig==' } },
          { type: 'thinking', text: '', redacted: true, seal: { dialect: 'anthropic', value: 'Enc==' } },
          text('d'),
        ),
        user(text('r')),
      ],
    });
    expect((body.messages as { content: unknown }[])[1]?.content).toEqual([
      { type: 'thinking', thinking: 'c', signature: 'Sig==' },
      { type: 'redacted_thinking', data: 'Enc==' },
      { type: 'text', text: 'd' },
    ]);
    expect(dropped).toEqual(['thinking']);
  });
});
