/** Any neutral request and any neutral answer, as far as every dialect can say them; and what they say. */
import fc from 'fast-check';
import type { Block, ChatEvent, ChatRequest, StopReason, Turn } from '../../src/llm/chat.ts';

/** Some dialects leave out blank texts, and join the rest with spaces: so words begin and end with a letter. */
const words = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => `a${text}z`);
const name = fc.stringMatching(/^[a-z]{1,8}$/);
const args = fc.dictionary(name, fc.jsonValue(), { maxKeys: 3 }).map((value) => JSON.stringify(value));
const text = (value: string): Block => ({ type: 'text', text: value });

interface Round {
  readonly asked: string;
  readonly said: string;
  readonly calls: readonly { readonly name: string; readonly args: string; readonly result: string }[];
}

const round: fc.Arbitrary<Round> = fc.record({
  asked: words,
  said: words,
  calls: fc.array(fc.record({ name, args, result: words }), { maxLength: 3 }),
});

function turnsOf(rounds: readonly Round[], last: string): Turn[] {
  const turns = rounds.flatMap(({ asked, said, calls }, i): Turn[] => {
    const ids = calls.map((_, j) => `call_${i}_${j}`);
    const made = calls.map(
      (call, j): Block => ({ type: 'tool-call', id: ids[j] ?? '', name: call.name, args: call.args }),
    );
    const results = calls.map(({ result, name: called }, j): Block => {
      return { type: 'tool-result', callId: ids[j] ?? '', name: called, content: [text(result)] };
    });
    return [
      { role: 'user', blocks: [text(asked)] },
      { role: 'assistant', blocks: [text(said), ...made] },
      ...(results.length > 0 ? [{ role: 'user' as const, blocks: results }] : []),
    ];
  });
  return [...turns, { role: 'user', blocks: [text(last)] }];
}

export const anyRequest: fc.Arbitrary<ChatRequest> = fc
  .record({
    system: fc.array(words, { maxLength: 2 }),
    rounds: fc.array(round, { maxLength: 3 }),
    last: words,
    maxTokens: fc.option(fc.integer({ min: 16, max: 4096 }), { nil: undefined }),
    temperature: fc.option(fc.constantFrom(0, 0.25, 1), { nil: undefined }),
    stream: fc.boolean(),
  })
  .map(({ system, rounds, last, maxTokens, temperature, stream }) => ({
    ...{ model: 'm', stream, wantsStreamUsage: true },
    system: system.map(text),
    turns: turnsOf(rounds, last),
    tools: [...new Set(rounds.flatMap(({ calls }) => calls.map((call) => call.name)))].map((each) => ({
      name: each,
      schema: '{"type":"object","properties":{}}',
    })),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(temperature !== undefined && { temperature }),
  }));

/** Neighbouring turns of one role are one; instructions are joined. */
export function saidIn(request: ChatRequest): object {
  const lines = request.turns.flatMap(({ role, blocks }) => blocks.flatMap((block) => lineOf(role, block)));
  return {
    system: request.system.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n\n'),
    lines,
    tools: request.tools.map((tool) => tool.name),
    maxTokens: request.maxTokens,
    temperature: request.temperature,
  };
}

function lineOf(role: string, block: Block): string[] {
  if (block.type === 'text') return [`${role} ${block.text}`];
  if (block.type === 'tool-call') return [`call ${block.name} ${JSON.stringify(JSON.parse(block.args || '{}'))}`];
  if (block.type !== 'tool-result') return [];
  return [`result ${block.content.map((part) => (part.type === 'text' ? part.text : '')).join('')}`];
}

const piece = fc.oneof(
  fc.record({ type: fc.constant('text' as const), pieces: fc.array(words, { minLength: 1, maxLength: 3 }) }),
  fc.record({ type: fc.constant('thinking' as const), pieces: fc.array(words, { minLength: 1, maxLength: 2 }) }),
  fc.record({
    type: fc.constant('tool-call' as const),
    name,
    pieces: args.map((all) => [all.slice(0, 3), all.slice(3)]),
  }),
);

export const anyAnswer: fc.Arbitrary<readonly ChatEvent[]> = fc
  .record({
    pieces: fc.array(piece, { minLength: 1, maxLength: 4 }),
    stop: fc.constantFrom<StopReason>('end', 'length'),
    usage: fc.record({ input: fc.nat(1e6), output: fc.nat(1e6), cacheRead: fc.nat(1e6) }),
  })
  .map(({ pieces, stop, usage }) => [
    { type: 'start', id: 'x', model: 'm' },
    ...pieces.flatMap((each, index): ChatEvent[] => {
      const block: Block =
        each.type === 'tool-call'
          ? { type: each.type, id: `call_${index}`, name: each.name, args: '' }
          : { type: each.type, text: '' };
      return [
        { type: 'block-start', index, block },
        ...each.pieces.map((delta): ChatEvent => ({ type: 'block-delta', index, delta })),
        { type: 'block-end', index },
      ];
    }),
    { type: 'usage', usage },
    { type: 'end', stop: pieces.some(({ type }) => type === 'tool-call') ? 'tool-call' : stop },
  ]);

/** Texts and thoughts each as one, calls in their order: some dialects have no blocks. */
export function saidBy(events: readonly ChatEvent[]): object {
  const said = { text: '', thinking: '', calls: [] as { name: string; args: string }[], end: '', usage: {} };
  let open = '';
  for (const event of events) {
    if (event.type === 'block-start') {
      open = event.block.type;
      if (event.block.type === 'tool-call') said.calls.push({ name: event.block.name, args: event.block.args });
      if (event.block.type === 'text' || event.block.type === 'thinking') said[event.block.type] += event.block.text;
    }
    if (event.type === 'block-delta') {
      const call = said.calls.at(-1);
      if (open === 'tool-call' && call !== undefined) call.args += event.delta;
      if (open === 'text' || open === 'thinking') said[open] += event.delta;
    }
    if (event.type === 'usage') said.usage = { ...said.usage, ...event.usage };
    if (event.type === 'end') said.end = event.stop;
    if (event.type === 'error') said.end = event.error.message;
  }
  const { input = 0, output = 0, cacheRead = 0 } = said.usage as Record<string, number>;
  const calls = said.calls.map(({ name: called, args: all }) => `${called} ${JSON.stringify(JSON.parse(all || '{}'))}`);
  return { ...said, calls, usage: { input, output, cacheRead } };
}
