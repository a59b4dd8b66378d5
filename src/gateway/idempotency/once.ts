/**
 * A request with an `Idempotency-Key` runs once: one call of a provider, one charge, and the same bytes for whoever asks
 * the same again within 24 h. Without the header nothing of this happens.
 */
import { hash } from 'node:crypto';
import { LlmFailure } from '../../llm/error.ts';
import { presentedKey } from '../authenticate.ts';
import { ownHeaders } from '../edge/headers.ts';
import type { Visit } from '../exchange.ts';
import type { GatewayParts } from '../parts.ts';
import { CallerSecret } from './caller-secret.ts';
import { type Fate, fateOf } from './fate.ts';
import type { EarlierRequest, NewClaim } from './idempotency-store.ts';
import { type KeptAnswer, unpack } from './recording.ts';
import { interrupted, malformedKey, noForms, otherRequest, stillRunning, tooLarge, unreadable } from './refusals.ts';

/**
 * `body`: undefined where it is not held in memory. Rejects with LlmFailure where the request must not run, and with
 * whatever `run` throws.
 */
export function once(
  visit: Visit,
  body: Buffer | undefined,
  parts: GatewayParts,
  run: () => Promise<void>,
): Promise<void> {
  const name = visit.request.headers['idempotency-key'];
  return name === undefined ? run() : runOnce(visit, String(name), body, parts, run);
}

async function runOnce(
  visit: Visit,
  name: string,
  body: Buffer | undefined,
  parts: GatewayParts,
  run: () => Promise<void>,
): Promise<void> {
  if (!/^[\x20-\x7e]{1,255}$/.test(name)) throw malformedKey(name.length);
  if (body === undefined) throw new LlmFailure(noForms);
  const secret = new CallerSecret(presentedKey(visit.request), name);
  const claim = claimOf(visit, name, secret.fingerprint(askedBy(visit, body)), parts.instance);
  const earlier = await parts.idempotency.claim(claim);
  if (earlier !== undefined) return giveAgain(visit, keptAnswer(earlier, claim, secret, parts), earlier, parts);
  const recording = parts.idempotency.recording();
  visit.delivery.record(recording);
  try {
    await run();
    const fate = fateOf(visit.ending, recording);
    if (fate !== 'keep') return await endWithout(fate, claim, parts);
    const sealed = secret.seal(recording.pack(), claim.id);
    await parts.idempotency.end(claim, (store) => store.keep(claim, sealed), sealed.length);
  } catch (error) {
    await endWithout(visit.ending?.billable === true ? 'interrupted' : 'release', claim, parts);
    throw error;
  } finally {
    recording.drop();
  }
}

function endWithout(fate: Exclude<Fate, 'keep'>, claim: NewClaim, { idempotency }: GatewayParts): Promise<void> {
  return idempotency.end(claim, (store) => (fate === 'release' ? store.release(claim) : store.close(claim, fate)));
}

function claimOf(visit: Visit, name: string, fingerprint: string, instance: string): NewClaim {
  const organizationId = visit.key.organization.id;
  const keyId = visit.key.id;
  const id = hash('sha256', JSON.stringify([organizationId, keyId, name]), 'hex');
  return { id, requestId: visit.id, organizationId, keyId, instance, fingerprint };
}

/** What must be the same for two requests to be one. The API key may stand in the query, or not. */
function askedBy({ request, delivery }: Visit, body: Buffer): readonly (string | Buffer)[] {
  const [path = '', text = ''] = (request.url ?? '').split('?', 2);
  const query = new URLSearchParams(text);
  query.delete('key');
  return [request.method ?? '', path, String(query), delivery.dialect.id, body];
}

/** Throws LlmFailure: conflict, key-reused. */
function keptAnswer(
  { requestId, fingerprint, state, answer }: EarlierRequest,
  claim: NewClaim,
  secret: CallerSecret,
  { settings }: GatewayParts,
): KeptAnswer {
  if (fingerprint !== claim.fingerprint) throw otherRequest(requestId);
  if (state === 'running') throw stillRunning(requestId);
  if (state === 'interrupted') throw interrupted(requestId);
  if (state === 'too-large') throw tooLarge(requestId, settings.idempotentAnswerBytesMax);
  const packed = answer === null ? undefined : secret.open(answer, claim.id);
  if (packed === undefined) throw unreadable(requestId);
  return unpack(packed);
}

/** Free, and so without a usage row: the row of the request that ran is the only one. */
function giveAgain(visit: Visit, kept: KeptAnswer, { requestId }: EarlierRequest, { log }: GatewayParts): void {
  const headers = {
    ...ownHeaders(visit),
    ...kept.headers,
    'x-tollgate-cost-usd': '0',
    'x-tollgate-idempotent-replay': 'true',
    'x-tollgate-original-request-id': requestId,
  };
  visit.delivery.send(kept.status, headers, kept.body);
  log.debug(
    { requestId: visit.id, originalRequestId: requestId, key: visit.key.id, status: kept.status },
    'an idempotent request was answered again',
  );
}
