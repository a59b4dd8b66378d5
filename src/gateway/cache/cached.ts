/**
 * Between a request and the provider that it would ask: an answer that is kept, or another request under way that asks
 * the same. A request that nobody has opted in goes straight on.
 */

import type { Route } from '../../snapshot/snapshot.ts';
import type { Visit } from '../exchange.ts';
import type { GatewayParts } from '../parts.ts';
import { AnswerRecording } from './answer-recording.ts';
import { type CacheUse, cacheControlHeader, cacheUse } from './cache-rule.ts';
import type { CachedAnswer } from './cached-answer.ts';
import { Flight } from './flight.ts';
import { giveHit, type HitFacts } from './hit.ts';
import type { ResponseCache } from './response-cache.ts';
import { waitFor } from './waiting.ts';

/** A request that may be answered from the cache, or fill it. */
export interface Subject extends HitFacts {
  /** What makes it the same as another. */
  readonly hash: string;
  readonly use: CacheUse;
  /** Whether what was recorded may be given to others. */
  isWhole(pieces: readonly Buffer[], streamed: boolean): boolean;
}

/** Undefined: the cache has no part in it. Throws LlmFailure. */
export function cacheUseOf(visit: Visit, route: Route, { cache }: GatewayParts) {
  if (cache === undefined) return undefined;
  const { key, request } = visit;
  const header = request.headers[cacheControlHeader];
  const rule = key.cache ?? route.cache;
  if (header === undefined && rule === undefined && cache.settings.ttlMs === 0) return undefined;
  // What runs once has its own answer, which is given again to nobody else.
  if (request.headers['idempotency-key'] !== undefined) return undefined;
  const use = cacheUse(header, rule, cache.settings);
  return use && { cache, use };
}

/** Rejects with whatever `run` throws, and with LlmFailure where a hit may not be given. */
export async function runCached(
  subject: Subject,
  cache: ResponseCache,
  parts: GatewayParts,
  run: () => Promise<void>,
): Promise<void> {
  const { visit, hash, use } = subject;
  const organizationId = visit.key.organization.id;
  for (;;) {
    const kept = use.looks ? cache.find(organizationId, hash, use.ttlMs) : undefined;
    if (kept !== undefined) return giveOrRun(subject, kept, parts, run);
    const under = use.looks ? cache.flight(organizationId, hash) : undefined;
    if (under === undefined) return lead(subject, cache, parts, run);
    const landing = await waitFor(under, visit, parts);
    if (landing === 'gone') return;
    if (landing === 'again') continue;
    if (landing !== 'alone') return giveOrRun(subject, landing, parts, run);
    visit.cache = 'miss';
    return run();
  }
}

async function giveOrRun(
  subject: Subject,
  answer: CachedAnswer,
  parts: GatewayParts,
  run: () => Promise<void>,
): Promise<void> {
  if (await giveHit(subject, answer, parts)) return;
  subject.visit.cache = 'miss';
  await run();
}

async function lead(
  subject: Subject,
  cache: ResponseCache,
  parts: GatewayParts,
  run: () => Promise<void>,
): Promise<void> {
  const { visit, hash, use } = subject;
  const organizationId = visit.key.organization.id;
  // One that asks anew leads nobody: others have what is kept.
  const flight = use.looks ? cache.begin(organizationId, hash) : new Flight(() => {});
  try {
    const shared = use.looks ? await cache.findShared(organizationId, hash, use.ttlMs) : undefined;
    if (shared !== undefined) {
      flight.land(shared);
      return await giveOrRun(subject, shared, parts, run);
    }
    await record(subject, cache, flight, parts, run);
  } finally {
    flight.land('again');
  }
}

async function record(
  subject: Subject,
  cache: ResponseCache,
  flight: Flight,
  parts: GatewayParts,
  run: () => Promise<void>,
): Promise<void> {
  const { visit, hash } = subject;
  const recording = new AnswerRecording(cache.settings, cache.room, flight);
  visit.delivery.record(recording);
  flight.onForsaken = () => visit.delivery.forsake();
  visit.cache = 'miss';
  try {
    await run();
    const answer = answerOf(subject, recording, parts);
    if (answer !== undefined) {
      cache.keep(visit.key.organization.id, hash, answer);
      flight.land(answer);
    } else if (visit.ending !== undefined && visit.ending.status !== 'cancelled') flight.land('alone');
  } finally {
    flight.land('again');
    recording.drop();
  }
}

/** Undefined: it is not for others. */
function answerOf(subject: Subject, recording: AnswerRecording, parts: GatewayParts): CachedAnswer | undefined {
  const { visit, use } = subject;
  const { settled, delivery } = visit;
  if (settled?.status !== 'completed' || settled.errorKind !== undefined || delivery.status !== 200) return undefined;
  // Begun by one target and ended by another: nobody's answer, and better none to repeat.
  if (settled.flags.includes('continued')) return undefined;
  // By a route that a budget chose, for this request alone.
  if (!recording.ended || recording.full || visit.switchedBy !== undefined) return undefined;
  if (!subject.isWhole(recording.pieces, delivery.streaming)) return undefined;
  const madeAtMs = parts.clock.nowMs();
  return {
    organizationId: visit.key.organization.id,
    requestId: visit.id,
    madeAtMs,
    expiresAtMs: madeAtMs + use.ttlMs,
    chargeNanoUsd: settled.chargeNanoUsd ?? settled.costNanoUsd,
    servedModel: settled.servedModel,
    dropped: settled.dropped,
    streamed: delivery.streaming,
    contentType: delivery.streaming ? undefined : recording.headers['content-type'],
    pieces: recording.pieces.map((piece) => Buffer.from(piece)),
  };
}
