/**
 * `POST /v1/feedback`: what a caller thinks of an answer, by the id of its request. Only its own organization's requests
 * are there. Said again, it replaces what was said before.
 */
import { readField, scanJson } from '../../lib/json.ts';
import { invalidRequest, LlmFailure } from '../../llm/error.ts';
import type { Route } from '../../snapshot/snapshot.ts';
import { authenticate } from '../authenticate.ts';
import { asRefusal, receiveBody } from '../body.ts';
import type { GatewayParts } from '../parts.ts';
import type { Feedback } from './feedback-store.ts';
import type { OwnArrival, OwnCall } from './own-call.ts';
import { withinLimits } from './own-limits.ts';

export const feedbackCall: OwnCall = { method: 'POST', path: '/v1/feedback', answer };

const bodyBytesMax = 16 * 1024;
const labelCharsMax = 64;
/** It belongs to no route: limits of the key and of those above it count. */
const noRoute: Route = Object.freeze({ name: 'feedback', targets: [] });

async function answer({ request, delivery, startedAt }: OwnArrival, parts: GatewayParts): Promise<object> {
  const key = authenticate(request, parts.snapshot.current, parts.clock.nowMs());
  const said = readFeedback(await receiveBody(request, parts.settings));
  const visit = { id: delivery.requestId, key, limitStates: [], startedAt };
  const feedback = { ...said, organizationId: key.organization.id, keyId: key.id };
  const isKept = await withinLimits(visit, noRoute, parts, () => keep(feedback, parts));
  if (!isKept) throw unknownRequest(said.requestId);
  const { requestId, score, label } = said;
  return { object: 'feedback', requestId, score, label: label ?? null };
}

async function keep(feedback: Feedback, { feedback: store, log }: GatewayParts): Promise<boolean> {
  try {
    if (store !== undefined) return await store.keep(feedback);
  } catch (error) {
    log.warn({ error, requestId: feedback.requestId }, 'feedback could not be kept');
  }
  throw new LlmFailure({
    kind: 'unavailable',
    message: 'The database is away, so the feedback was not kept. Send it again soon.',
    code: 'database_unavailable',
    retryAfterMs: 5000,
  });
}

function readFeedback(body: Buffer): Omit<Feedback, 'organizationId' | 'keyId'> {
  if (body.length > bodyBytesMax)
    throw invalidRequest(`the body is ${body.length} bytes long; the limit for feedback is ${bodyBytesMax}`);
  try {
    const scan = scanJson(body);
    const known = ['requestId', 'rating', 'score', 'label'];
    const other = scan.fields.find(({ name }) => !known.includes(name));
    if (other !== undefined)
      throw invalidRequest(`${other.name.slice(0, 64)} is not known here. What is: ${known.join(', ')}`, other.name);
    const [requestId, rating, score, label] = known.map((name) => readField(scan, name));
    return { requestId: readId(requestId), score: readScore(rating, score), label: readLabel(label) };
  } catch (error) {
    throw asRefusal(error);
  }
}

function readId(id: unknown): string {
  if (typeof id === 'string' && /^[\x21-\x7e]{1,100}$/.test(id)) return id;
  throw invalidRequest('requestId must be the x-request-id of an answer (req_…)', 'requestId');
}

/** A rating of -1, 0 or 1 is a score of 0, 0.5 or 1. */
function readScore(rating: unknown, score: unknown): number {
  if (rating !== undefined && score !== undefined)
    throw invalidRequest('rating and score say the same: send one of them', 'score');
  if (rating === -1 || rating === 0 || rating === 1) return (rating + 1) / 2;
  if (rating !== undefined) throw invalidRequest('rating must be -1, 0 or 1', 'rating');
  if (typeof score === 'number' && score >= 0 && score <= 1) return score;
  throw invalidRequest('score must be a number from 0 to 1; or send rating (-1, 0 or 1)', 'score');
}

function readLabel(label: unknown): string | undefined {
  if (label === undefined || label === null) return undefined;
  if (typeof label === 'string' && label !== '' && label.length <= labelCharsMax && !/\p{Cc}/u.test(label))
    return label.toWellFormed();
  throw invalidRequest(`label must be a text of 1 to ${labelCharsMax} characters on one line`, 'label');
}

/** The same for one that is another organization's. */
function unknownRequest(id: string): LlmFailure {
  return new LlmFailure({
    kind: 'not-found',
    message: `There is no request ${JSON.stringify(id)} of this organization. One that has just ended is known about a second later.`,
    param: 'requestId',
    code: 'request_not_found',
  });
}
