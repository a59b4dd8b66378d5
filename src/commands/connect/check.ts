/** One small request as the client would send it, and what came back, in words. It costs what such a request costs. */
import { request } from 'undici';
import type { Dialect } from '../../dialects/dialect.ts';
import { dialects } from '../../dialects/index.ts';
import type { ChatEvent } from '../../llm/chat.ts';
import type { ErrorKind, LlmError } from '../../llm/error.ts';
import type { Client, Point } from './client.ts';

export interface CheckResult {
  readonly ok: boolean;
  /** What was asked: `POST http://127.0.0.1:7070/v1/messages?beta=true`. */
  readonly request: string;
  readonly model: string;
  readonly status?: number;
  /** What came back, in one sentence. */
  readonly message: string;
  /** What to do; empty when all is well. */
  readonly remedy: string;
  /** Fields of the request that did not reach the provider. */
  readonly dropped?: string;
  readonly requestId?: string;
}

type Verdict = Pick<CheckResult, 'ok' | 'message' | 'remedy'>;
type Headers = Readonly<Record<string, string | string[] | undefined>>;

const silenceMsMax = 60_000;
const answerMsMax = 180_000;
const answerBytesMax = 4 * 1_048_576;

export async function checkClient(client: Client, point: Point, model: string): Promise<CheckResult> {
  const { check } = client;
  const url = `${point.url}${check.path(model)}`;
  const asked = { request: `POST ${url}`, model };
  const dialect = dialects[check.dialect];
  if (dialect === undefined) {
    return { ...asked, ok: false, message: `This Tollgate does not speak ${check.dialect} yet.`, remedy: 'Update it.' };
  }
  try {
    const answer = await request(url, {
      method: 'POST',
      headers: { ...check.headers(point.key), 'content-type': 'application/json' },
      body: JSON.stringify(check.body(model)),
      headersTimeout: silenceMsMax,
      bodyTimeout: silenceMsMax,
      signal: AbortSignal.timeout(answerMsMax),
    });
    const bytes = await readBounded(answer.body);
    const verdict = judge(dialect, client, new URL(url).pathname, answer.statusCode, answer.headers, bytes);
    return { ...asked, status: answer.statusCode, ...verdict, ...told(answer.headers) };
  } catch (error) {
    return { ...asked, ...unreachable(point.url, error) };
  }
}

async function readBounded(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > answerBytesMax) throw new Error(`the answer has more than ${answerBytesMax} bytes`);
  }
  return Buffer.concat(chunks);
}

function told(headers: Headers): Pick<CheckResult, 'dropped' | 'requestId'> {
  const { 'x-tollgate-dropped': dropped, 'x-request-id': requestId } = headers;
  return {
    ...(typeof dropped === 'string' && { dropped }),
    ...(typeof requestId === 'string' && { requestId }),
  };
}

function judge(
  dialect: Dialect,
  client: Client,
  path: string,
  status: number,
  headers: Headers,
  bytes: Buffer,
): Verdict {
  if (status !== 200) return judgeRefusal(dialect, client, path, status, headers, bytes);
  const type = String(headers['content-type'] ?? '');
  if (!type.startsWith(dialect.framing.contentType.split(';')[0] ?? '')) {
    return {
      ok: false,
      message: `The answer is ${type || 'of no type'} where a stream was due.`,
      remedy: addressRemedy,
    };
  }
  return judgeStream(client, readStream(dialect, bytes));
}

/** The dialect reads it as a provider's answer to the gateway's own key; here the key is the caller's. */
function judgeRefusal(
  dialect: Dialect,
  client: Client,
  path: string,
  status: number,
  headers: Headers,
  bytes: Buffer,
): Verdict {
  const error = dialect.parseError(status, headers, bytes.toString('utf8'));
  const message = messageIn(bytes) ?? error.message;
  if (status === 401) return failed(client, { ...error, kind: 'unauthorized', message });
  if (status === 403) return failed(client, { ...error, kind: 'forbidden', message });
  // Every answer of Tollgate has an id, and one at a path that it does not serve names the path.
  const isOurs = typeof headers['x-request-id'] === 'string' || typeof headers['request-id'] === 'string';
  if ((status === 404 || status === 405) && (!isOurs || message.includes(path))) return notThere(status, isOurs);
  return failed(client, error);
}

/** All dialects have it at the same place. */
function messageIn(bytes: Buffer): string | undefined {
  try {
    const { error } = JSON.parse(bytes.toString('utf8')) as { error?: { message?: unknown } };
    return typeof error?.message === 'string' ? error.message : undefined;
  } catch {
    return undefined;
  }
}

const addressRemedy = 'Is it really Tollgate that listens there? Name its address with --url.';

function notThere(status: number, isOurs: boolean): Verdict {
  const who = isOurs ? 'Nothing is served at this path' : 'Something answers there, but it is not Tollgate';
  return { ok: false, message: `${who} (${status}).`, remedy: addressRemedy };
}

function readStream(dialect: Dialect, bytes: Buffer): readonly ChatEvent[] {
  const events: ChatEvent[] = [];
  const parser = dialect.parseStream((event) => events.push(event));
  const frames = dialect.framing.parser((event, data) => {
    if (data !== undefined) parser.push({ event, data: data.toString('utf8') });
  });
  frames.push(bytes);
  frames.end();
  parser.end();
  return events;
}

function judgeStream(client: Client, events: readonly ChatEvent[]): Verdict {
  const broken = events.find((event) => event.type === 'error');
  if (broken !== undefined) return failed(client, broken.error);
  const text = textOf(events);
  const calls = events.flatMap((event) =>
    event.type === 'block-start' && event.block.type === 'tool-call' ? [event.block.name] : [],
  );
  const ending = events.findLast((event) => event.type === 'end')?.stop;
  if (ending === undefined) return { ok: false, message: 'The stream has no end.', remedy: 'See the log of Tollgate.' };
  const said = [
    text && `says ${JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)}`,
    calls.length > 0 && `calls ${calls.join(', ')}`,
  ].filter(Boolean);
  return { ok: true, message: `The model ${said.join(' and ') || `says nothing (${ending})`}.`, remedy: '' };
}

function textOf(events: readonly ChatEvent[]): string {
  const textBlocks = new Set<number>();
  let text = '';
  for (const event of events) {
    if (event.type === 'block-start' && event.block.type === 'text') {
      textBlocks.add(event.index);
      text += event.block.text;
    } else if (event.type === 'block-delta' && textBlocks.has(event.index)) text += event.delta;
  }
  return text.trim();
}

function failed(client: Client, error: LlmError): Verdict {
  const remedy = remedies(client)[error.kind] ?? 'The log of Tollgate and "tollgate doctor" say more.';
  return { ok: false, message: error.message, remedy };
}

function remedies({ id }: Client): Partial<Record<ErrorKind, string>> {
  return {
    unauthorized: `Make a key with "tollgate keys create ${id}" and give it with --key or TOLLGATE_KEY.`,
    forbidden: 'Look at what this key may call ("tollgate keys list"), or name another model with --model.',
    'model-not-found': '"tollgate models" lists what can be called; name one with --model.',
    'not-found': addressRemedy,
    'method-not-allowed': addressRemedy,
    'rate-limited': 'The address and the key are right: wait, or raise the limit of the key.',
    'payment-required': 'The address and the key are right: the account behind the key, or the provider, wants money.',
    'upstream-credential': 'The address and the key are right: "tollgate doctor" tells which provider refuses its key.',
  };
}

const reasons: Readonly<Record<string, readonly [string, string]>> = {
  ECONNREFUSED: ['nothing listens there', 'Start Tollgate, or name its address with --url.'],
  ENOTFOUND: ['there is no such host', 'Correct --url, or check DNS.'],
  EAI_AGAIN: ['the name cannot be resolved now', 'Check DNS and the network.'],
  ECONNRESET: ['it closes the connection', 'Check whether it wants http:// or https://.'],
  UND_ERR_SOCKET: ['it closes the connection', 'Check whether it wants http:// or https://.'],
  EPROTO: ['it does not speak TLS', 'Try http:// instead of https:// in --url.'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['it does not speak TLS', 'Try http:// instead of https:// in --url.'],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['it does not speak TLS', 'Try http:// instead of https:// in --url.'],
  UND_ERR_HEADERS_TIMEOUT: [`it says nothing for ${silenceMsMax / 1_000} s`, 'See the log of Tollgate.'],
  UND_ERR_BODY_TIMEOUT: [`its answer stopped for ${silenceMsMax / 1_000} s`, 'See the log of Tollgate.'],
  TimeoutError: [`its answer took longer than ${answerMsMax / 1_000} s`, 'See the log of Tollgate.'],
};

function unreachable(url: string, error: unknown): Verdict {
  const { code, name, message } = error as NodeJS.ErrnoException;
  const known = reasons[code ?? ''] ?? reasons[name ?? ''];
  const [reason, remedy] = known ?? [code ?? message, 'Check --url and the network.'];
  return { ok: false, message: `${url} cannot be asked: ${reason}.`, remedy };
}
