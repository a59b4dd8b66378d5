/**
 * F3: Postgres is stopped for a while under load. Whose budgets are leased is served on; who has no lease is told 503,
 * soon, and never that the key or the money is wrong; afterwards everything is settled, and no gateway was restarted.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { checkBooks, compareRows, newRows } from './checks.ts';
import { type Answered, anyBody, send, startLoad } from './load.ts';
import { type Customer, type Member, openWorld, type World } from './world.ts';

export interface AwayOptions {
  readonly awayMs: number;
  readonly perSecond: number;
  readonly random: () => number;
}

export interface AwayResult {
  readonly asked: number;
  /** While Postgres was away. */
  readonly served: number;
  readonly unavailable: number;
  /** The median of the 503, and the slowest. */
  readonly refusedMs: number;
  readonly refusedAfterMs: number;
  /** From the return of Postgres until everything was settled. */
  readonly settledAfterMs: number;
  readonly rows: number;
  readonly drift: number;
  readonly overrunNanoUsd: number;
  readonly problems: readonly string[];
}

/** As the gateways of the world are configured. */
const patienceMs = 1_000;
/** For a machine that has other work. */
const slackMs = 4_000;
const settleMsMax = 60_000;

export async function playAway({ awayMs, perSecond, random }: AwayOptions): Promise<AwayResult> {
  const world = await openWorld();
  try {
    const leased = await world.customer('leased', 1_000_000_000_000n);
    const unknown = await world.customer('unknown', 1_000_000_000n);
    await world.isKnown(unknown);
    const { store, provider, members } = world;
    await lendTo(members, leased);
    const pids = pidsOf(world);
    const edge = () => random() < 0.1;
    let away = false;
    const load = startLoad(perSecond, () => {
      const member = members[random() < 0.5 ? 0 : 1] as Member;
      return { member, customer: away && edge() ? unknown : leased, body: anyBody(random) };
    });
    await pause(1_000);
    await world.stopPostgres();
    away = true;
    const askedBefore = load.sent;
    await pause(awayMs);
    away = false;
    const askedUntil = load.sent;
    await world.startPostgres();
    const backMs = performance.now();
    await pause(500);
    const answers = await load.stop();
    const meanwhile = answers.slice(askedBefore, askedUntil);
    const calls = await provider.take();
    const rows = await newRows(store, new Set(), calls);
    const settledAfterMs = performance.now() - backMs;
    const books = await checkBooks(store);
    const back = await Promise.all(members.map((member) => send({ member, customer: unknown, body: {} })));
    const refused = meanwhile.filter(({ status }) => status === 503);
    const refusedMs = refused.map(({ tookMs }) => tookMs).sort((a, b) => a - b)[refused.length >> 1] ?? 0;
    const stayed = pidsOf(world).every((pid, i) => pid === pids[i]);
    await world.stopGateways();
    const after = await checkBooks(store, { idle: true });
    return {
      asked: answers.length,
      served: meanwhile.filter(({ status }) => status === 200).length,
      unavailable: refused.length,
      refusedMs,
      refusedAfterMs: Math.max(0, ...refused.map(({ tookMs }) => tookMs)),
      settledAfterMs,
      rows: rows.length,
      drift: books.drift + after.drift,
      overrunNanoUsd: after.overrunNanoUsd,
      problems: [
        ...answers.flatMap((answer) => oddAnswer(answer, unknown)),
        ...back.filter(({ status }) => status !== 200).map(({ text }) => `refused after the return: ${text}`),
        ...(settledAfterMs > settleMsMax ? [`settled ${Math.round(settledAfterMs)} ms after the return`] : []),
        ...(refusedMs > patienceMs + slackMs ? [`half of the 503 came after ${Math.round(refusedMs)} ms`] : []),
        ...(stayed ? [] : ['a gateway was started again']),
        ...compareRows(calls, rows).problems,
        ...books.problems,
        ...after.problems,
      ],
    };
  } finally {
    await world.stopGateways();
    await world.close();
  }
}

async function lendTo(members: readonly Member[], customer: Customer): Promise<void> {
  for (const member of members) await send({ member, customer, body: { max_tokens: 1 } });
}

const pidsOf = ({ members }: World) => members.map(({ gateway }) => gateway.process.child.pid);

function oddAnswer({ call, status, text, retryAfter }: Answered, unknown: Customer): readonly string[] {
  if (status === 200) return [];
  const right =
    status === 503 && call.customer === unknown && Number(retryAfter) > 0 && text.includes('budget_unavailable');
  return right ? [] : [`${status || 'cut'}: ${text.slice(0, 300)}`];
}
