/** Kills, restarts and comparisons, one round after the other. */
import { setTimeout as pause } from 'node:timers/promises';
import { creditWallet } from '../../../src/ledger/wallet.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { within } from '../../../src/lib/within.ts';
import { checkBooks, compareRows, newRows } from './checks.ts';
import { type Answered, anyBody, type Call, startLoad } from './load.ts';
import type { Point } from './points.ts';
import { type Customer, type Member, openWorld, type World } from './world.ts';

export interface RoundResult {
  readonly point: string;
  readonly sent: number;
  readonly served: number;
  /** Broken by the kill. */
  readonly cut: number;
  /** For money, of the customer who has hardly any. */
  readonly refused: number;
  /** 503 and 504: Postgres was away, or this machine so busy that it or the provider was not reached in time. */
  readonly away: number;
  readonly taken: number;
  readonly rows: number;
  readonly recovered: number;
  readonly untaken: number;
  readonly drift: number;
  /** From the restart until every call had its row. */
  readonly billedMs: number;
  readonly problems: readonly string[];
}

export interface PlayOptions {
  /** Of each round. */
  readonly points: readonly Point[];
  readonly perSecond: number;
  readonly random: () => number;
  readonly onRound?: (result: RoundResult) => void;
  /** No round begins after this. */
  readonly untilMs?: number;
}

export interface Played {
  readonly results: readonly RoundResult[];
  /** After a clean stop of everything. */
  readonly finally: readonly string[];
  readonly overrunNanoUsd: number;
}

const reachMs = 20_000;
/** The customer at the edge gets this much before each round: some ten requests. */
const pocketNanoUsd = 2_000_000n;

export async function playRounds({ points, perSecond, random, onRound, untilMs }: PlayOptions): Promise<Played> {
  const world = await openWorld();
  try {
    const rich = await world.customer('rich', 1_000_000_000_000n);
    const poor = await world.customer('poor', pocketNanoUsd);
    const fresh: Customer[] = [];
    for (let i = 0; i < points.length; i++) fresh.push(await world.customer(`fresh-${i}`, 10_000_000_000n));
    const seen = new Set<string>();
    const results: RoundResult[] = [];
    await world.isKnown(fresh.at(-1) ?? rich);
    for (const [i, point] of points.entries()) {
      if (untilMs !== undefined && performance.now() > untilMs) break;
      const customers = { rich, poor, fresh: fresh[i] as Customer };
      const result = await new Round(world, { ...customers, number: i, point, perSecond, random, seen }).play();
      results.push(result);
      onRound?.(result);
    }
    await world.stopGateways();
    const { problems, overrunNanoUsd } = await checkBooks(world.store, { idle: true });
    return { results, finally: problems, overrunNanoUsd };
  } finally {
    await world.stopGateways();
    await world.close();
  }
}

interface RoundOptions {
  readonly number: number;
  readonly point: Point;
  readonly perSecond: number;
  readonly random: () => number;
  readonly rich: Customer;
  readonly poor: Customer;
  readonly fresh: Customer;
  /** Rows of earlier rounds. */
  readonly seen: Set<string>;
}

class Round {
  readonly #world: World;
  readonly #options: RoundOptions;
  readonly #victim: Member;
  #killed = false;

  constructor(world: World, options: RoundOptions) {
    this.#world = world;
    this.#options = options;
    this.#victim = world.members[options.number % world.members.length] as Member;
  }

  async play(): Promise<RoundResult> {
    const { store, provider } = this.#world;
    const { point, perSecond, random, poor, number, seen } = this.#options;
    const pocket = { organizationId: poor.organizationId, amountNanoUsd: pocketNanoUsd, from: 'operator' } as const;
    await creditWallet(store, { ...pocket, idempotencyKey: `pocket:${number}` }, systemClock);
    const load = startLoad(perSecond, () => this.#nextCall());
    await pause(300 + random() * 500);
    const reached = await this.#kill();
    await pause(400);
    const answers = await load.stop();
    const restartedMs = performance.now();
    await this.#restart();
    const calls = await provider.take();
    const rows = await newRows(store, seen, calls);
    const billedMs = performance.now() - restartedMs;
    const compared = compareRows(calls, rows);
    const books = await checkBooks(store);
    const count = (status: number) => answers.filter((each) => each.status === status).length;
    return {
      point: point.name,
      ...{
        sent: answers.length,
        served: count(200),
        cut: count(0),
        refused: count(402),
        away: count(503) + count(504),
      },
      ...{ taken: calls.length, rows: rows.length, drift: books.drift, billedMs },
      ...{ recovered: compared.recovered, untaken: compared.untaken },
      problems: [
        ...(reached ? [] : ['the point was never reached']),
        ...answers.flatMap((answer) => this.#oddAnswer(answer)),
        ...compared.problems,
        ...books.problems,
      ],
    };
  }

  #nextCall(): Call {
    const { random, rich, poor } = this.#options;
    const { members } = this.#world;
    const member = members[random() < 0.5 ? 0 : 1] as Member;
    return { member, customer: random() < 0.1 ? poor : rich, body: anyBody(random) };
  }

  /** Whether the point was reached. Everything that led to it has ended. */
  async #kill(): Promise<boolean> {
    const { point, fresh, random } = this.#options;
    const meanwhile: Promise<unknown>[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const kill = (): void => {
      if (this.#killed) return;
      this.#killed = true;
      meanwhile.push(this.#strike());
      resolve();
    };
    point.set({ world: this.#world, victim: this.#victim, fresh, random, kill, meanwhile });
    const reached = await within(promise, reachMs);
    this.#victim.wire.arm(undefined);
    this.#world.provider.arm(undefined);
    if (reached) await Promise.all(meanwhile);
    return reached;
  }

  get #struck(): readonly Member[] {
    const { kills } = this.#options.point;
    if (kills === 'postgres') return [];
    return kills === 'gateway' ? [this.#victim] : this.#world.members;
  }

  /** The signals are sent before this returns. */
  #strike(): Promise<unknown> {
    if (this.#options.point.kills === 'postgres') {
      return this.#world.killPostgres(this.#options.point.name.includes('SIGKILL') ? 'SIGKILL' : 'SIGQUIT');
    }
    return Promise.all(this.#struck.map(({ gateway }) => gateway.kill9()));
  }

  async #restart(): Promise<void> {
    await Promise.all(this.#struck.map(({ gateway }) => gateway.restart()));
  }

  /** Nobody who has money is refused, and only who is killed fails. */
  #oddAnswer({ call, status, text, tookMs }: Answered): readonly string[] {
    if (status === 200) return [];
    if (status === 402 && call.customer === this.#options.poor) return [];
    if (text.includes('budget_unavailable') || text.includes('timeouts.connectMs')) return [];
    if (status === 0 && this.#struck.includes(call.member)) return [];
    return [
      `an answer of ${call.member.name} was ${status || 'cut'} after ${Math.round(tookMs)} ms: ${text.slice(0, 200)}`,
    ];
  }
}
