import type { Block, ChatEvent } from '../../src/llm/chat.ts';

/** An answer as a reader of neutral events puts it together. */
export interface Assembled {
  readonly id: string;
  readonly model: string;
  readonly text: string;
  readonly reasoning: string;
  readonly refusal: string;
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly args: string }[];
  readonly seals: number;
  readonly opaque: readonly unknown[];
  readonly usage: Readonly<Record<string, number | undefined>>;
  /** Each block's whole text or arguments: what a stream's closing events say again. */
  readonly said: readonly string[];
  readonly stop: string | undefined;
  readonly error: { readonly message: string; readonly code?: string } | undefined;
}

export function assemble(events: readonly ChatEvent[]): Assembled {
  const blocks: { block: Block; text: string }[] = [];
  let usage: Record<string, number | undefined> = {};
  for (const event of events) {
    if (event.type === 'block-start') blocks.push({ block: event.block, text: '' });
    const last = blocks.at(-1);
    if (event.type === 'block-delta' && last !== undefined) last.text += event.delta;
    if (event.type === 'usage') usage = { ...usage, ...event.usage };
  }
  const joined = (type: Block['type']) =>
    blocks
      .filter(({ block }) => block.type === type)
      .map(({ text }) => text)
      .join('');
  const start = events.find((event) => event.type === 'start');
  const sealed = blocks.filter(
    ({ block }) => block.type === 'opaque' && JSON.stringify(block).includes('thoughtSignature'),
  );
  return {
    id: start?.id ?? '',
    model: start?.model ?? '',
    text: joined('text'),
    reasoning: joined('thinking'),
    refusal: joined('refusal'),
    toolCalls: blocks.flatMap(({ block, text }) =>
      block.type === 'tool-call' ? [{ id: block.id, name: block.name, args: text === '' ? '{}' : text }] : [],
    ),
    seals: events.filter((event) => event.type === 'block-seal').length + sealed.length,
    opaque: blocks.flatMap(({ block }) => (block.type === 'opaque' ? [block.carried.raw] : [])),
    usage,
    said: blocks.map(({ text }) => text),
    stop: events.find((event) => event.type === 'end')?.stop,
    error: events.find((event) => event.type === 'error')?.error,
  };
}
