/** Gemini's generateContent. https://ai.google.dev/gemini-api/docs/thought-signatures */
import type { UpstreamCall } from './call.ts';
import {
  contentOf,
  fields,
  type Json,
  list,
  pieces,
  type Said,
  type SealingWire,
  type SeenRequest,
  sse,
  sseContent,
} from './sealing.ts';

const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 20, thoughtsTokenCount: 5, totalTokenCount: 35 };
/** What the documentation allows in the place of a signature for a call that another model made. */
const sentinels = ['skip_thought_signature_validator', 'context_engineering_is_the_way_to_go'];

export const geminiSealing: SealingWire = {
  read,
  sealed: (all, mint) => {
    // Thoughts that are hidden leave no part.
    const said = all.filter((part) => part.type !== 'thinking' || part.redacted !== true);
    const seal = mint(0, said.map(contentOf).join('\n'));
    const first = said.findIndex((part) => part.type === 'call');
    if (first !== -1) return said.map((part, i) => (i === first ? { ...part, seal } : part));
    // The words themselves, or an empty part behind them: both are on record.
    const last = said.at(-1);
    if (last?.type === 'text' && last.text.length % 2 === 0) return [...said.slice(0, -1), { ...last, seal }];
    return [...said, { type: 'text', text: '', seal }];
  },
  whole: (said, id) => Buffer.from(JSON.stringify(answerOf(said.map(partOf), id, true))),
  stream: (said, id) => Buffer.from(chunks(said, id).join('')),
  streamHeaders: sseContent,
  refusal: (fault, answer) => ({ error: { code: 400, message: words[fault](answer), status: 'INVALID_ARGUMENT' } }),
};

const words = {
  missing: (at: number) =>
    `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly. Additional data, function call \`default_api:look\`, position ${at}.`,
  changed: () => 'Thought signature is not valid',
  foreign: () => 'Corrupted thought signature.',
  headless: () => 'Please ensure that function call turn comes immediately after a user turn.',
};

function read(call: UpstreamCall): SeenRequest {
  const body = call.json ?? {};
  const answers: Said[][] = [];
  let session = '';
  let role = '';
  let parts: Json[] = [];
  for (const content of list(body.contents)) {
    parts = list(content.parts);
    if (content.role === 'model') {
      if (role !== 'model') answers.push([]);
      answers.at(-1)?.push(...parts.map(saidOf));
    } else if (session === '') session = String(parts[0]?.text);
    role = String(content.role);
  }
  const isInLoop = parts.length > 0 && parts.every((part) => part.functionResponse !== undefined);
  return { stream: call.path.includes(':streamGenerateContent'), thinks: true, session, answers, isInLoop };
}

function saidOf(part: Json): Said {
  const signature = part.thoughtSignature ?? part.thought_signature;
  const seal = typeof signature === 'string' && !sentinels.includes(signature) ? { seal: signature } : {};
  if (part.functionCall !== undefined) {
    const { name, args } = fields(part.functionCall);
    return { type: 'call', id: '', name: String(name), args: JSON.stringify(args ?? {}), ...seal };
  }
  if (typeof part.text !== 'string') throw new Error(`no part of this API: ${JSON.stringify(part).slice(0, 100)}`);
  return { type: part.thought === true ? 'thinking' : 'text', text: part.text, ...seal };
}

function partOf(part: Said): Json {
  const sealed = part.seal === undefined ? {} : { thoughtSignature: part.seal };
  if (part.type === 'call') return { functionCall: { name: part.name, args: JSON.parse(part.args) }, ...sealed };
  return { text: part.text, ...(part.type === 'thinking' && { thought: true }), ...sealed };
}

function answerOf(parts: readonly Json[], id: string, isLast: boolean): Json {
  const content = { role: 'model', parts };
  const candidate = { content, index: 0, ...(isLast && { finishReason: 'STOP' }) };
  return { candidates: [candidate], usageMetadata, modelVersion: 'gem', responseId: id };
}

function chunks(said: readonly Said[], id: string): string[] {
  const parts = said.flatMap((part): Json[] => {
    if (part.type === 'call' || part.seal !== undefined) return [partOf(part)];
    return pieces(part.text).map((text) => partOf({ ...part, text }));
  });
  return parts.map((part, i) => sse(answerOf([part], id, i === parts.length - 1)).replaceAll('\n', '\r\n'));
}
