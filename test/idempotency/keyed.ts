/** The rig of the roads with a database behind it, and callers who say an `Idempotency-Key`. */
import { request } from 'undici';
import { storedIdempotency } from '../../src/store/idempotency.ts';
import type { Store } from '../../src/store/store.ts';
import { type Road, requestOf } from '../cases/pairs/road.ts';
import { type Rig, type RigOptions, rigKey, startRig } from '../cases/rig.ts';
import type { WireAnswer } from '../golden/features.ts';
import { modelOf } from '../golden/run.ts';
import { RawClient, rawRequestText } from '../harness/raw-client.ts';
import { testDatabase } from '../postgres.ts';
import { until } from '../until.ts';

export interface KeyedRig extends Rig {
  readonly store: Store;
}

export const otherKey = 'tg-other-organization-00000000000000000000';

export async function startKeyedRig(options: RigOptions = {}): Promise<KeyedRig> {
  const database = await testDatabase();
  const store = await database.open();
  const rig = await startRig({
    otherKeys: { [otherKey]: 'org_other' },
    idempotency: storedIdempotency(store),
    ...options,
  });
  return Object.assign(rig, {
    store,
    close: closing(rig, () => database.close()),
  });
}

function closing(rig: Rig, more: () => Promise<void>): () => Promise<void> {
  const close = rig.close;
  return async () => {
    await close();
    await more();
  };
}

/** A caller's plain request under a key; `body` and `path` replace its own. */
export async function say(
  rig: { readonly url: string },
  { caller, provider }: Road,
  stream: boolean,
  key: string,
  other: { body?: object; path?: string; apiKey?: string } = {},
): Promise<WireAnswer> {
  const answer = await request(rig.url + (other.path ?? caller.path(modelOf(provider), stream)), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${other.apiKey ?? rigKey}`,
      ...caller.headers,
      'idempotency-key': key,
    },
    body: JSON.stringify(other.body ?? requestOf({ caller, provider }, 'text', stream)),
  });
  // What breaks off is as much as came.
  const body = await answer.body.arrayBuffer().then(Buffer.from, () => Buffer.alloc(0));
  return { status: answer.statusCode, headers: answer.headers as Record<string, string>, body };
}

/** The same on a bare socket, which can be hung up. */
export async function open(rig: Rig, { caller, provider }: Road, stream: boolean, key: string): Promise<RawClient> {
  const client = await RawClient.connect(rig.url);
  const headers = { authorization: `Bearer ${rigKey}`, ...caller.headers, 'idempotency-key': key };
  const body = JSON.stringify(requestOf({ caller, provider }, 'text', stream));
  client.send(rawRequestText(caller.path(modelOf(provider), stream), headers, body));
  return client;
}

/** Every request is over, and its claim ended. */
export function quiet(rig: Rig): Promise<true> {
  return until('nothing in flight', () => rig.gateway.inFlight === 0);
}

export const codeOf = (answer: WireAnswer) =>
  (JSON.parse(answer.body.toString()) as { error: { code: string; message: string } }).error;
