/** One call over plain HTTP, as a client of the dialect makes it. */
import { parseSse } from './event-text.ts';
import { errorText, parse } from './json.ts';
import { type Client, nothing, type Question, type Reading } from './question.ts';

export interface Told {
  readonly status: number;
  readonly reading: Reading;
  readonly requestId: string;
  readonly dropped: string;
}

const waitMs = 180_000;

/** Undefined: the dialect has no words for the question. Rejects when the gateway itself cannot be reached. */
export async function ask(url: string, key: string, client: Client, question: Question): Promise<Told | undefined> {
  const body = client.body(question);
  if (body === undefined) return undefined;
  const answer = await fetch(url + client.path(question), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...client.headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(waitMs),
  });
  const { bytes, cut } = await bodyOf(answer);
  const text = bytes.toString('utf8');
  const head = {
    status: answer.status,
    requestId: answer.headers.get('x-request-id') ?? '',
    dropped: answer.headers.get('x-tollgate-dropped') ?? '',
  };
  if (answer.status !== 200) {
    const error = errorText(parse(text)) ?? (text.slice(0, 200) || `status ${answer.status}`);
    return { ...head, reading: { ...nothing, error } };
  }
  const { frames = () => parseSse(text) } = client;
  const reading = question.stream ? client.streamed(frames(bytes)) : client.whole(parse(text) ?? {});
  return { ...head, reading: cut ? { ...reading, whole: false } : reading };
}

/** What came, also of a body that breaks off. */
async function bodyOf(answer: Response): Promise<{ readonly bytes: Buffer; readonly cut: boolean }> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of answer.body ?? []) chunks.push(chunk);
    return { bytes: Buffer.concat(chunks), cut: false };
  } catch {
    return { bytes: Buffer.concat(chunks), cut: true };
  }
}
