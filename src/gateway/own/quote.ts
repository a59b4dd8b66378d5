/**
 * `POST /v1/route`: what would become of a chat, without asking anybody. The steps are those of a call as far as its
 * decision, so a wrong model or body is refused in the same words; then it is told instead of done. No money, no hold, no
 * usage row; it counts as a request on rate limits, and no tokens.
 */
import type { IncomingMessage } from 'node:http';
import { doorByName, doorOfBody } from '../../dialects/body-door.ts';
import type { Door } from '../../dialects/door.ts';
import { scanJson, spliceJson } from '../../lib/json.ts';
import { LlmFailure } from '../../llm/error.ts';
import { type Asked, type DescribedDecision, describeDecision } from '../../routing/describe.ts';
import { type Route, type Target, viewFor } from '../../snapshot/snapshot.ts';
import { authenticate } from '../authenticate.ts';
import { type Ask, asRefusal, readAsk, receiveBody } from '../body.ts';
import { askedMax } from '../budgets/expected.ts';
import { Exchange } from '../exchange.ts';
import { estimateInput } from '../metering/input-estimate.ts';
import { saleAt } from '../metering/payer.ts';
import type { GatewayParts } from '../parts.ts';
import { planCall } from '../plan.ts';
import { readAhead } from '../read-ahead.ts';
import { findAsked } from '../route.ts';
import { chosen, decideForChat } from '../routing/choose.ts';
import { takeWishes } from '../routing/wishes.ts';
import type { OwnArrival, OwnCall } from './own-call.ts';
import { withinLimits } from './own-limits.ts';

export interface Quote {
  readonly object: 'route.quote';
  readonly requestId: string;
  readonly dialect: string;
  /** As it was asked for. */
  readonly model: string;
  /** `provider/name` that would be asked first. Null: nobody can be asked this. */
  readonly target: string | null;
  readonly inputTokens: number;
  /** Null: neither the request nor its dialect says. */
  readonly outputTokensMax: number | null;
  readonly decision: DescribedDecision;
}

/** Targets after these are hardly ever come to, and each costs a translation. */
const plannedMax = 8;
/** Of a body beyond this size only the first. */
const plannedBytesMax = 1024 * 1024;

export const quoteCall: OwnCall = {
  method: 'POST',
  path: '/v1/route',
  voiceOf: (request) => {
    const name = dialectNamed(request);
    return name === null ? undefined : doorByName(name)?.dialect;
  },
  answer,
};

async function answer(arrival: OwnArrival, parts: GatewayParts): Promise<Quote> {
  const { request, delivery, startedAt } = arrival;
  const { current } = parts.snapshot;
  const startedAtMs = parts.clock.nowMs();
  const key = authenticate(request, current, startedAtMs);
  const { door, ask } = readQuoted(await receiveBody(request, parts.settings), request);
  const facts = { id: delivery.requestId, startedAtMs, startedAt, request, delivery, key };
  const exchange = new Exchange({ ...facts, door, ask, snapshotVersion: current.version });
  arrival.visit = exchange;
  const snapshot = viewFor(current, key);
  const { route, preferences } = findAsked(snapshot, key, ask.model, takeWishes(exchange, snapshot));
  exchange.preferences = preferences;
  return withinLimits(exchange, route, parts, () => quoteFor(exchange, route, parts));
}

function dialectNamed(request: IncomingMessage): string | null {
  return new URLSearchParams(request.url?.split('?', 2)[1] ?? '').get('dialect');
}

/** Where a dialect has model and stream in its path, a quote has them in the body, and they go no further. */
export function readQuoted(body: Buffer, request: IncomingMessage): { door: Door; ask: Ask } {
  try {
    const scan = scanJson(body);
    const door = doorOfBody(scan, dialectNamed(request), request.headers);
    if (door.match === undefined) return { door, ask: readAsk(body, { door }) };
    const { model, stream } = readAsk(body, { door });
    const edits = ['model', 'stream'].map((name) => ({ name, value: undefined }));
    return { door, ask: readAsk(Buffer.concat(spliceJson(scan, edits)), { door, asked: { model, stream } }) };
  } catch (error) {
    throw asRefusal(error);
  }
}

/** `mayBeNobody`: also where no target may be asked, it is told why instead of refused. */
export async function quoteFor(
  exchange: Exchange,
  route: Route,
  parts: GatewayParts,
  { mayBeNobody = false } = {},
): Promise<Quote> {
  const decision = decideForChat(exchange, route, parts);
  const isNobody = mayBeNobody && decision.ranked.length === 0;
  const targets = isNobody ? [] : chosen(exchange, route, decision).targets;
  const ways = await waysTo(exchange, targets, parts);
  const first = targets.find((target) => !isRefused(ways.get(target)));
  const { ask } = exchange;
  const outputTokensMax = askedMax(ask.scan);
  return {
    object: 'route.quote',
    requestId: exchange.id,
    dialect: exchange.dialect.id,
    model: ask.model,
    target: first?.model.id ?? null,
    inputTokens: ask.inputTokensEstimate,
    outputTokensMax: Number.isFinite(outputTokensMax) ? outputTokensMax : null,
    decision: describeDecision(decision, {
      nowMs: parts.clock.nowMs(),
      monotonicMs: parts.clock.monotonicMs(),
      saleOf: (target) => saleAt(exchange.key.organization.sales, target),
      ...(ask.scan.body.length <= plannedBytesMax && { inputTokensLeast: estimateInput(exchange) }),
      outputTokensMax,
      askedOf: (target) => ways.get(target) ?? null,
    }),
  };
}

/** Planned as a call would be, and not sent. */
async function waysTo(
  exchange: Exchange,
  targets: readonly Target[],
  parts: GatewayParts,
): Promise<ReadonlyMap<Target, Asked>> {
  await readAhead(exchange, targets, parts.seals);
  const keepers = new Set(parts.stored.keepersOf(exchange, targets, parts.clock.monotonicMs()));
  const planned = targets.slice(0, exchange.ask.scan.body.length > plannedBytesMax ? 1 : plannedMax);
  const ways = planned.map((target): [Target, Asked] => [
    target,
    keepers.has(target) ? wayTo(exchange, target, parts) : { refused: keptElsewhere },
  ]);
  exchange.replaceNotes([]);
  return new Map(ways);
}

const keptElsewhere = 'Another provider keeps the answer that this request goes on with.';

function wayTo(exchange: Exchange, target: Target, parts: GatewayParts): Asked {
  try {
    const { dialect, relayed } = planCall(exchange, target, parts);
    const dropped = exchange.notes.list.map(({ field }) => field);
    return { dialect: dialect.id, how: relayed ? 'relay' : 'translated', dropped };
  } catch (error) {
    if (error instanceof LlmFailure) return { refused: error.error.message.slice(0, 512) };
    throw error;
  }
}

function isRefused(way: Asked | undefined): boolean {
  return way !== undefined && 'refused' in way;
}
