/** A chat from target to target: what is asked of each, and the dispatch. The order is that of in-turn.ts. */
import { LlmFailure } from '../llm/error.ts';
import type { Target } from '../snapshot/snapshot.ts';
import { costOf } from './asking.ts';
import type { Outcome } from './attempt.ts';
import { ChatAttempt } from './chat-attempt.ts';
import { asBroken, type Broken, brokenOf, jointOf } from './continuation/go-on.ts';
import { upstreamHeaders, upstreamQuery, withQuery } from './edge/headers.ts';
import type { Exchange } from './exchange.ts';
import { hedged } from './hedging/hedge.ts';
import type { Race } from './hedging/race.ts';
import { askInTurn } from './in-turn.ts';
import type { Ending } from './metering/meter.ts';
import type { GatewayParts } from './parts.ts';
import { type Plan, planCall } from './plan.ts';
import { readAhead } from './read-ahead.ts';
import { isInBackground } from './stored/stored-answers.ts';
import { paced } from './upstream/paced-answer.ts';
import { sentBody, wholeBody } from './upstream/sent-body.ts';
import { withSignature } from './upstream/signers.ts';

/** Every way to end is an Ending, and the caller has been told. Throws LlmFailure where nobody may be asked. */
export async function forward(exchange: Exchange, targets: readonly Target[], parts: GatewayParts): Promise<Ending> {
  await readAhead(exchange, targets, parts.seals);
  const able = parts.stored.keepersOf(exchange, targets, parts.clock.monotonicMs());
  exchange.joint = jointOf(exchange, able);
  let broken: Broken | undefined;
  const asked = await askInTurn(exchange, able, parts, {
    plan: (target) => planCall(exchange, target, parts),
    lostNanoUsd: (last) => {
      const found = brokenOf(exchange, last);
      broken = found ?? broken;
      return found?.nanoUsd ?? costOf(last);
    },
    dispatch: (plan, next) => {
      const { hedge } = exchange.policy;
      if (hedge === undefined) return dispatch(exchange, plan, parts);
      return hedged(
        exchange,
        plan,
        hedge,
        { dispatch: (each, race) => dispatch(exchange, each, parts, race), next },
        parts,
      );
    },
  });
  const ending = asBroken(exchange, asked, broken);
  parts.stored.remember(exchange, ending, parts.clock.monotonicMs());
  // What a provider does in the background is charged when its answer is read.
  return isInBackground(exchange, ending.tally) ? { ...ending, billable: false } : ending;
}

async function dispatch(
  exchange: Exchange,
  plan: Plan,
  parts: GatewayParts,
  race?: Race,
): Promise<{ run: ChatAttempt; outcome: Outcome }> {
  // Others may have been planned since: what is told is what is lost on this way.
  exchange.replaceNotes(plan.notes);
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const run = new ChatAttempt(exchange, plan, parts, resolve, race);
  parts.active.add(run);
  try {
    // Nearly always held already: nothing is awaited then.
    const held = exchange.funds?.cover(plan);
    if (held !== undefined) await held;
    const { origin, prefix, pool } = parts.upstreams.of(plan.target);
    const path = withQuery(prefix + plan.path, upstreamQuery(exchange, plan.relayed));
    const own = { ...plan.endpoint.headers, ...plan.headers };
    let headers = upstreamHeaders(exchange, plan.target, own, run.id, plan.relayed);
    let pieces = plan.body;
    const { credential } = plan.target;
    // Most vendors take a fixed header: nothing is awaited for them.
    if (credential.provider.auth.signer !== undefined) {
      const body = wholeBody(pieces);
      pieces = [body];
      headers = await withSignature({ method: 'POST', url: origin + path, headers, body }, credential);
    }
    const sent = sentBody(pieces);
    Object.assign(headers, sent.headers);
    pool.dispatch({ origin, path, method: 'POST', headers, body: sent.body }, paced(run));
    return { run, outcome: await promise };
  } catch (error) {
    // Nothing to sign with: this target was not asked, another may be.
    if (!(error instanceof LlmFailure)) throw error;
    run.fail(error.error);
    return { run, outcome: await promise };
  } finally {
    parts.active.delete(run);
  }
}
