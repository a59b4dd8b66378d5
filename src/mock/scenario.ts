/** What each mock model does with a request: decided here, played by performance.ts. */
import type { Block, ChatRequest, Seal, StopReason } from '../llm/chat.ts';
import type { ErrorKind, LlmError } from '../llm/error.ts';
import { exampleOf, type JsonSchema } from './example.ts';
import { mockModels } from './models.ts';
import { lastToolResult, lastUserText, words } from './words.ts';

export type Scenario =
  | Answer
  | { readonly type: 'refusal'; readonly status: number; readonly error: LlmError }
  /** No answer; headers only; 200 with nothing; 200 with a page. */
  | { readonly type: 'silent' | 'headers-only' | 'empty' | 'html' };

export interface Answer {
  readonly type: 'answer';
  readonly blocks: readonly Block[];
  readonly stop: StopReason;
  readonly usage: 'real' | 'absurd' | 'none';
  /** Before the first byte, and between two tokens. */
  readonly startMs: number;
  readonly tokenMs: number;
  /** Where the answer breaks, if it does: in its middle, by an error event or by a closed socket. */
  readonly breakBy?: 'error' | 'cut';
}

const loremTokensMax = 100_000;
const pauseMsMax = 60_000;

/** Chooses by the model's name; an unknown one is a 404. */
export function scenarioOf(name: string, request: ChatRequest): Scenario {
  const play = plays[name];
  if (play !== undefined) return play(request);
  const [, kind, first, second] = /^(lorem|slow-start|error)-(\d{1,6})(?:-(\d{1,5}))?(?:ms)?$/.exec(name) ?? [];
  if (kind === 'lorem') return lorem(request, Number(first), second === undefined ? undefined : Number(second));
  if (kind === 'slow-start') return { ...answer(echoed(request)), startMs: Math.min(Number(first), pauseMsMax) };
  if (kind === 'error' && Number(first) >= 400 && Number(first) <= 599) return failure(Number(first));
  return unknown(name);
}

/**
 * The seal of the mock's thinking. Its dialect is fixed: the others carry it in their opaque slot, so that the foreign
 * road is shown too.
 */
export const mockSeal: Seal = { dialect: 'anthropic', value: 'bW9jayB0aGlua2luZywgc2VhbGVk' };

const plays: Readonly<Record<string, (request: ChatRequest) => Scenario>> = {
  echo: (request) => answer(echoed(request)),
  lorem: (request) => lorem(request),
  tools: callTool,
  thinking: think,
  json: (request) => answer([{ type: 'text', text: documentFor(request) }]),
  refusal: () => answer([{ type: 'text', text: 'I would rather not answer that.' }], 'refusal'),
  length: () => answer([{ type: 'text', text: 'This sentence ends in the' }], 'length'),
  'slow-start': (request) => ({ ...answer(echoed(request)), startMs: 3_000 }),
  'error-mid-stream': () => ({ ...answer([{ type: 'text', text: words(20) }]), breakBy: 'error' }),
  cut: () => ({ ...answer([{ type: 'text', text: words(20) }]), breakBy: 'cut' }),
  timeout: () => ({ type: 'silent' }),
  hang: () => ({ type: 'headers-only' }),
  empty: () => ({ type: 'empty' }),
  html: () => ({ type: 'html' }),
  'bad-usage': (request) => ({ ...answer(echoed(request)), usage: 'absurd' }),
  'no-usage': (request) => ({ ...answer(echoed(request)), usage: 'none' }),
};

function answer(blocks: readonly Block[], stop: StopReason = 'end'): Answer {
  return { type: 'answer', blocks, stop, usage: 'real', startMs: 0, tokenMs: 0 };
}

function echoed(request: ChatRequest): Block[] {
  return [{ type: 'text', text: lastUserText(request) || '(you said nothing)' }];
}

/** Size and pace come from the name, else from the prompt ("500 tokens, 20 ms"), else 100 at once. */
function lorem(request: ChatRequest, size?: number, paceMs?: number): Answer {
  const prompt = lastUserText(request);
  const asked = (pattern: RegExp): number | undefined => {
    const [, number] = pattern.exec(prompt) ?? [];
    return number === undefined ? undefined : Number(number);
  };
  const wanted = Math.min(size ?? asked(/(\d{1,6}) ?tokens?/) ?? 100, loremTokensMax);
  const limit = request.maxTokens ?? loremTokensMax;
  const block: Block = { type: 'text', text: words(Math.min(wanted, limit)) };
  const tokenMs = Math.min(paceMs ?? asked(/(\d{1,5}) ?ms/) ?? 0, pauseMsMax);
  return { ...answer([block], wanted > limit ? 'length' : 'end'), tokenMs };
}

function callTool(request: ChatRequest): Answer {
  const result = lastToolResult(request);
  if (result !== undefined) return answer([{ type: 'text', text: `The tool answered: ${result}` }]);
  const tool = request.tools.find((offered) => offered.opaque !== true);
  if (tool === undefined) return answer([{ type: 'text', text: 'No tool was offered.' }]);
  const args = tool.form === 'freeform' ? 'example' : JSON.stringify(exampleOf(parseSchema(tool.schema)));
  // The id differs from turn to turn, as a real one does, and is the same for the same request.
  const id = `call_mock_${request.turns.length}`;
  return answer([{ type: 'tool-call', id, name: tool.name, args }], 'tool-call');
}

function think(request: ChatRequest): Scenario {
  for (const block of request.turns.flatMap((turn) => turn.blocks)) {
    if (block.type === 'thinking' && block.seal !== undefined && !isOwnSeal(block.seal)) {
      return refuse(400, 'invalid-request', 'A thinking block came back with a changed seal.');
    }
  }
  const thinking: Block = { type: 'thinking', text: 'The user wants an answer. I think about it.', seal: mockSeal };
  return answer([thinking, ...echoed(request)]);
}

function isOwnSeal(seal: Seal): boolean {
  return seal.value === mockSeal.value || seal.value.includes(mockSeal.value);
}

function documentFor(request: ChatRequest): string {
  if (request.format?.type === 'json-schema') return JSON.stringify(exampleOf(parseSchema(request.format.schema)));
  return JSON.stringify({ answer: lastUserText(request) });
}

function parseSchema(text: string | undefined): JsonSchema {
  try {
    const schema: unknown = JSON.parse(text ?? '{}');
    return typeof schema === 'object' && schema !== null ? (schema as JsonSchema) : {};
  } catch {
    return {};
  }
}

const kinds: Readonly<Record<number, ErrorKind>> = {
  401: 'unauthorized',
  402: 'payment-required',
  403: 'forbidden',
  404: 'model-not-found',
  408: 'request-timeout',
  413: 'body-too-large',
  429: 'rate-limited',
  503: 'overloaded',
  504: 'timeout',
  529: 'overloaded',
};

function failure(status: number): Scenario {
  const kind = kinds[status] ?? (status < 500 ? 'invalid-request' : 'internal');
  return refuse(
    status,
    kind,
    `This mock model always fails with status ${status}.`,
    status === 429 ? 2_000 : undefined,
  );
}

function unknown(name: string): Scenario {
  const known = mockModels.map((model) => model.name).join(', ');
  return refuse(404, 'model-not-found', `There is no mock model ${name.slice(0, 64)}. There are: ${known}.`);
}

function refuse(status: number, kind: ErrorKind, message: string, retryAfterMs?: number): Scenario {
  return { type: 'refusal', status, error: { kind, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } };
}
