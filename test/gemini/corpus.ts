/** Recordings of generateContent, how a caller asks for one, and what a right reader gets out of it. */
import { request } from 'undici';
import { type Rig, rigKey } from '../cases/rig.ts';
import { listRecordings, type Recording } from '../fakes/recording.ts';

export const streams: readonly Recording[] = listRecordings('gemini-streamGenerateContent', 'stream');
export const wholes: readonly Recording[] = listRecordings('gemini-generateContent', 'json');
export const errors: readonly Recording[] = listRecordings('gemini-generateContent', 'error');

export const shortName = (kept: Recording) => kept.id.split('/').slice(1).join('/');
export const named = (kept: Recording) => [shortName(kept), kept] as const;

/** Bodies that a caller could send: the recordings' own, and those of Gemini CLI. */
export const bodies: readonly { readonly name: string; readonly body: unknown }[] = [
  ...[...wholes, ...streams, ...errors].map((kept) => ({ name: shortName(kept), body: kept.request as unknown })),
  ...listRecordings('', 'client-request')
    .filter((kept) => kept.path.includes('GenerateContent'))
    .map((kept) => ({ name: shortName(kept), body: kept.request?.body })),
].filter(({ body }) => body !== undefined);

export const plain = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };

export interface Bytes {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
  text(): string;
  json(): Record<string, unknown>;
}

export const geminiPath = (model: string, method: string) =>
  `/v1beta/models/${model}:${method}${method === 'streamGenerateContent' ? '?alt=sse' : ''}`;

/** Asks for bytes: no decoding, no SDK. */
export async function ask(rig: Rig, model: string, stream: boolean, body: unknown = plain): Promise<Bytes> {
  return askAt(rig, geminiPath(model, stream ? 'streamGenerateContent' : 'generateContent'), body);
}

export async function askAt(
  rig: Rig,
  path: string,
  body: unknown,
  headers: Record<string, string> = { 'x-goog-api-key': rigKey },
): Promise<Bytes> {
  const answer = await request(rig.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: bytes,
    text: () => bytes.toString(),
    json: () => JSON.parse(bytes.toString()) as Record<string, unknown>,
  };
}

export interface Call {
  readonly name: string;
  readonly args: unknown;
}

/** What must be read of a recorded answer, in no dialect. */
export interface Truth {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly Call[];
  readonly finish: string;
  /** As the gateway meters: each kind on its own, none inside another but `thinking` in `output`. */
  readonly counts: { input: number; cacheRead: number; output: number; thinking: number } | undefined;
}

interface Expected {
  readonly text: string;
  readonly reasoning: string;
  readonly finish: string | null;
  readonly block_reason: string | null;
  readonly tool_calls: readonly { readonly name: string; readonly arguments: unknown }[];
  readonly usage: Readonly<Record<string, number | null>>;
}

/** From `expect.json`, by hand and after the API's pages. */
export function truthOf(kept: Recording): Truth {
  const expected = kept.expect as unknown as Expected;
  const count = (name: string) => expected.usage[name] ?? 0;
  return {
    text: expected.text,
    reasoning: expected.reasoning,
    calls: expected.tool_calls.map((call) => ({ name: call.name, args: call.arguments ?? {} })),
    finish: expected.block_reason === null ? String(expected.finish) : 'BLOCKED',
    counts:
      expected.usage.input === null
        ? undefined
        : {
            input: count('input') - count('cached') + count('tool_prompt'),
            cacheRead: count('cached'),
            output: count('candidates') + count('thoughts'),
            thinking: count('thoughts'),
          },
  };
}

/** The reason in the words of chat and of Messages: a call is one whatever the provider says. */
export function finishFor(caller: 'openai-chat' | 'anthropic', { finish, calls }: Truth): string {
  const words = {
    STOP: calls.length > 0 ? ['tool_calls', 'tool_use'] : ['stop', 'end_turn'],
    MAX_TOKENS: ['length', 'max_tokens'],
    SAFETY: ['content_filter', 'refusal'],
    BLOCKED: ['content_filter', 'refusal'],
  }[finish];
  if (words === undefined) throw new Error(`no words for ${finish}`);
  return words[caller === 'openai-chat' ? 0 : 1] as string;
}
