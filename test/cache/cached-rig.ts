/** The rig of the roads, whose key keeps answers for a minute, and callers of two organizations. */
import { request } from 'undici';
import { type CacheSettings, defaultCacheSettings } from '../../src/gateway/cache/cache-settings.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { type Road, requestOf } from '../cases/pairs/road.ts';
import { type Rig, type RigOptions, rigKey, startRig } from '../cases/rig.ts';
import type { WireAnswer } from '../golden/features.ts';
import { modelOf } from '../golden/run.ts';
import { until } from '../until.ts';

export const otherKey = 'tg-other-organization-00000000000000000000';
export const minute = { ttlMs: 60_000 };

/** Goes as the real one does, and forward at will. */
export class TestClock implements Clock {
  aheadMs = 0;
  nowMs(): number {
    return Date.now() + this.aheadMs;
  }
  monotonicMs(): number {
    return performance.now() + this.aheadMs;
  }
}

export function startCachedRig(cache: Partial<CacheSettings> = {}, options: RigOptions = {}): Promise<Rig> {
  return startRig({
    otherKeys: { [otherKey]: 'org_other' },
    key: { cache: minute },
    ...options,
    settings: { ...options.settings, cache: { ...defaultCacheSettings, ...cache } },
  });
}

export interface Said {
  readonly body?: object | string;
  readonly headers?: Record<string, string>;
  readonly key?: string;
}

/** A caller's plain request in the words of its dialect. */
export async function say(rig: Rig, { caller, provider }: Road, stream: boolean, said: Said = {}): Promise<WireAnswer> {
  const body = said.body ?? requestOf({ caller, provider }, 'text', stream);
  const answer = await request(rig.url + caller.path(modelOf(provider), stream), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${said.key ?? rigKey}`,
      ...caller.headers,
      ...said.headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const bytes = await answer.body.arrayBuffer().then(Buffer.from, () => Buffer.alloc(0));
  return { status: answer.statusCode, headers: answer.headers as Record<string, string>, body: bytes };
}

/** Every request is over. */
export function quiet(rig: Rig): Promise<true> {
  return until('nothing in flight', () => rig.gateway.inFlight === 0);
}

export const cacheOf = (answer: { readonly headers: Readonly<Record<string, unknown>> }) =>
  answer.headers['x-tollgate-cache'];
