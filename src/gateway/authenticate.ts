/** Who calls: the key's SHA-256, looked up in the snapshot. No I/O, no cache that could outlive a revocation. */
import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type LlmError, LlmFailure } from '../llm/error.ts';
import { type Key, keyLengthMax, type Snapshot } from '../snapshot/snapshot.ts';

/** Throws LlmFailure (unauthorized, forbidden, invalid-request). A wrong, expired, revoked or disabled key is told alike. */
export function authenticate(request: IncomingMessage, snapshot: Snapshot, nowMs: number): Key {
  const key = findKey(presentedKey(request), snapshot, nowMs);
  if (key.kind === 'management') {
    throw refusal(
      'forbidden',
      'This is a management key (tgm-…): it manages Tollgate and cannot call models. Use a tg-… key.',
    );
  }
  return key;
}

/**
 * For what is the operator's to see. Throws LlmFailure (unauthorized, forbidden): calling keys, and those that manage one
 * organization only, are none.
 */
export function authenticateOperator(request: IncomingMessage, snapshot: Snapshot, nowMs: number): Key {
  const text = findPresented(request);
  if (text === undefined) throw refusal('unauthorized', `No key was sent. ${operatorsOnly}`);
  const key = findKey(text, snapshot, nowMs);
  if (key.kind === 'management' && key.scopes?.includes('operator') === true) return key;
  throw refusal('forbidden', operatorsOnly);
}

const operatorsOnly =
  'This is for operators of the installation: send a management key (tgm-…) with the scope operator, of `tollgate keys create NAME --management`.';

function findKey(text: string, snapshot: Snapshot, nowMs: number): Key {
  const key = text.length <= keyLengthMax ? snapshot.keys.get(hash('sha256', text, 'hex')) : undefined;
  const expired = key?.expiresAtMs !== undefined && key.expiresAtMs <= nowMs;
  if (key === undefined || expired || key.organization.disabled) {
    throw refusal(
      'unauthorized',
      'The API key is not valid: it is unknown, expired, revoked or disabled. Create one with `tollgate keys create`.',
    );
  }
  return key;
}

/** Headers in which a dialect's SDK sends its key beside `Authorization`. */
const keyHeaders = ['x-api-key', 'x-goog-api-key', 'api-key'] as const;

/** From one of the headers of any dialect, or from Gemini's `?key=`; several only when they agree, and none twice. */
export function presentedKey(request: IncomingMessage): string {
  const found = findPresented(request);
  if (found === undefined) {
    throw refusal('unauthorized', 'No API key was sent. Send `Authorization: Bearer tg-…` or `x-api-key: tg-…`.');
  }
  return found;
}

function findPresented(request: IncomingMessage): string | undefined {
  refuseRepeated(request);
  let found = readAuthorization(request.headers.authorization);
  for (const name of keyHeaders) found = agreed(found, request.headers[name]);
  return agreed(found, readQueryKey(request.url ?? ''));
}

function agreed(found: string | undefined, other: string | string[] | undefined): string | undefined {
  if (typeof other !== 'string' || other === '') return found;
  if (found !== undefined && found !== other) {
    throw refusal(
      'unauthorized',
      'Two different API keys were sent (in Authorization, x-api-key, x-goog-api-key, api-key or ?key=). Send one.',
    );
  }
  return other;
}

/**
 * A bearer token, or the access key id of an AWS signature: AWS SDKs without a bearer key send nothing else. The
 * signature itself proves nothing here, since no secret of a caller is kept; the id is the whole key.
 */
function readAuthorization(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const match = /^bearer +(\S+) *$/i.exec(header) ?? /^AWS4-HMAC-SHA256 +Credential=([^/,\s]+)\//.exec(header);
  return match?.[1];
}

/** https://ai.google.dev/api: `?key=`. Only there where a caller can send no header; it is never logged or forwarded. */
function readQueryKey(url: string): string | undefined {
  const start = url.indexOf('?');
  if (start === -1) return undefined;
  return new URLSearchParams(url.slice(start + 1)).get('key') ?? undefined;
}

/** Node keeps the first of two Authorization headers and joins two x-api-key: either could hide a second credential. */
function refuseRepeated(request: IncomingMessage): void {
  let credentials = 0;
  const keys: string[] = [];
  let hosts = 0;
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i] as string;
    if (name.length === 13 && name.toLowerCase() === 'authorization') credentials++;
    else if (isKeyHeader(name)) keys.push(name.toLowerCase());
    else if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  if (credentials > 1 || new Set(keys).size < keys.length)
    throw refusal('invalid-request', 'A credential header stands twice. Send one API key once.');
  if (hosts > 1) throw refusal('invalid-request', 'The Host header stands twice.');
}

/** By its length first: most headers are none. */
function isKeyHeader(name: string): boolean {
  if (name.length !== 7 && name.length !== 9 && name.length !== 14) return false;
  return (keyHeaders as readonly string[]).includes(name.toLowerCase());
}

function refusal(kind: LlmError['kind'], message: string): LlmFailure {
  return new LlmFailure({ kind, message });
}
