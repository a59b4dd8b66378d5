/** What a fake model says, in no dialect: the wire builders of both dialects render it. */

export type AnswerBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string; readonly signature?: string }
  | { readonly type: 'redacted-thinking'; readonly data: string }
  /** OpenAI's `message.refusal`; plain text in the other dialect. */
  | { readonly type: 'refusal'; readonly text: string }
  | { readonly type: 'tool-call'; readonly id: string; readonly name: string; readonly args: string };

export type AnswerStop = 'end' | 'length' | 'tool-call' | 'stop-sequence' | 'refusal';

/** `input` leaves out what was read from or written to the cache. */
export interface AnswerUsage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite5m?: number;
  readonly cacheWrite1h?: number;
  readonly thinking?: number;
}

export interface Answer {
  readonly blocks: readonly AnswerBlock[];
  readonly stop: AnswerStop;
  readonly stopSequence?: string;
  readonly usage: AnswerUsage;
}

/** Shorthand of an answer: thinking, then text, then tool calls; or any order by `blocks`. */
export interface Say {
  readonly text?: string;
  readonly thinking?: string;
  readonly signature?: string;
  readonly tools?: readonly { readonly id: string; readonly name: string; readonly args: string }[];
  readonly blocks?: readonly AnswerBlock[];
  readonly stop?: AnswerStop;
  readonly stopSequence?: string;
  readonly usage?: Partial<AnswerUsage>;
}

/** One server-sent event as it goes on the wire, and how many output tokens it stands for. */
export interface WireEvent {
  readonly text: string;
  readonly tokens: number;
}

export function expand(say: Say): Answer {
  const blocks = say.blocks ?? blocksOf(say);
  const tools = blocks.some((block) => block.type === 'tool-call');
  return {
    blocks,
    stop: say.stop ?? (tools ? 'tool-call' : 'end'),
    ...(say.stopSequence === undefined ? {} : { stopSequence: say.stopSequence }),
    usage: { input: 10, output: tokensOf(blocks), ...say.usage },
  };
}

/** One token is one word with the space before it; arguments come in pieces of eight characters. */
export function pieces(text: string): readonly string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

export function argPieces(args: string): readonly string[] {
  return args.match(/[\s\S]{1,8}/gu) ?? [];
}

export function wireText(events: readonly WireEvent[]): string {
  return events.map((event) => event.text).join('');
}

function blocksOf(say: Say): readonly AnswerBlock[] {
  const blocks: AnswerBlock[] = [];
  if (say.thinking !== undefined) {
    blocks.push({
      type: 'thinking',
      text: say.thinking,
      ...(say.signature === undefined ? {} : { signature: say.signature }),
    });
  }
  if (say.text !== undefined) blocks.push({ type: 'text', text: say.text });
  for (const tool of say.tools ?? []) blocks.push({ type: 'tool-call', ...tool });
  return blocks;
}

function tokensOf(blocks: readonly AnswerBlock[]): number {
  return blocks.reduce((sum, block) => {
    if (block.type === 'tool-call') return sum + 1 + argPieces(block.args).length;
    return sum + (block.type === 'redacted-thinking' ? 1 : pieces(block.text).length);
  }, 0);
}
