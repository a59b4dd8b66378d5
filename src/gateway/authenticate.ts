/** Who calls: the key's SHA-256, looked up in the snapshot. No I/O, no cache that could outlive a revocation. */
import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type LlmError, LlmFailure } from '../llm/error.ts';
import { type Key, keyLengthMax, type Snapshot } from '../snapshot/snapshot.ts';

/** Throws LlmFailure (unauthorized, forbidden, invalid-request). A wrong, expired, revoked or disabled key is told alike. */
export function authenticate(request: IncomingMessage, snapshot: Snapshot, nowMs: number): Key {
  const key = findKey(readCredential(request), snapshot, nowMs);
  if (key.kind === 'management') {
    throw refusal(
      'forbidden',
      'This is a management key (tgm-…): it manages Tollgate and cannot call models. Use a tg-… key.',
    );
  }
  return key;
}

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

/** `Authorization: Bearer` or `x-api-key`; both only when they agree, and neither twice. */
function readCredential(request: IncomingMessage): string {
  refuseRepeated(request);
  const bearer = readBearer(request.headers.authorization);
  const header = request.headers['x-api-key'];
  const plain = typeof header === 'string' && header !== '' ? header : undefined;
  if (bearer !== undefined && plain !== undefined && bearer !== plain) {
    throw refusal('unauthorized', 'Two different API keys were sent (Authorization and x-api-key). Send one.');
  }
  const key = bearer ?? plain;
  if (key === undefined) {
    throw refusal('unauthorized', 'No API key was sent. Send `Authorization: Bearer tg-…` or `x-api-key: tg-…`.');
  }
  return key;
}

function readBearer(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const match = /^bearer +(\S+) *$/i.exec(header);
  return match?.[1];
}

/** Node keeps the first of two Authorization headers and joins two x-api-key: either could hide a second credential. */
function refuseRepeated(request: IncomingMessage): void {
  let credentials = 0;
  let keys = 0;
  let hosts = 0;
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i] as string;
    if (name.length === 13 && name.toLowerCase() === 'authorization') credentials++;
    else if (name.length === 9 && name.toLowerCase() === 'x-api-key') keys++;
    else if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  if (credentials > 1 || keys > 1)
    throw refusal('invalid-request', 'A credential header stands twice. Send one API key once.');
  if (hosts > 1) throw refusal('invalid-request', 'The Host header stands twice.');
}

function refusal(kind: LlmError['kind'], message: string): LlmFailure {
  return new LlmFailure({ kind, message });
}
