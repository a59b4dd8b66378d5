/**
 * Where a gateway is killed, and how one gets there without a word of it in the product: by what the provider does, by a
 * statement on its way to Postgres or an answer on its way back, by what a caller has read.
 *
 * A request goes from its hold to its bytes on the provider's socket in one turn of the event loop, and the journal's
 * intent and attempt are one write in it. Whoever is killed inside that turn is, for everybody outside, killed before it
 * (nothing is written: `a lease, answered` has just made the hold possible) or after the write (`intent` waits for a
 * connection, so its attempt is not written; `attempt` has written it and the provider reads nothing). In the same way a
 * stream's last bytes and its settlement leave in one turn: `provider done` is before it, `caller done` after it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { LedgerRefusal } from '../../../src/ledger/refusal.ts';
import { takeBack } from '../../../src/ledger/wallet.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { send } from './load.ts';
import type { Stage } from './provider.ts';
import type { Moment } from './tripwire.ts';
import type { Customer, Member, World } from './world.ts';

export interface Scene {
  readonly world: World;
  readonly victim: Member;
  /** Nobody has spent anything of it. */
  readonly fresh: Customer;
  readonly random: () => number;
  /** Call it at the point. */
  readonly kill: () => void;
  /** Work that must have ended before the books are compared. */
  readonly meanwhile: Promise<unknown>[];
}

export interface Point {
  readonly name: string;
  readonly kills: 'gateway' | 'both gateways' | 'postgres';
  /** Arms the point, and does what leads to it. */
  readonly set: (scene: Scene) => void;
}

const stream = { stream: true, max_tokens: 80, pace_ms: 3 };

/** A first call of somebody new leads to a loan. */
const lease = (name: string, moment: Moment): Point => ({
  name,
  kills: 'gateway',
  set: ({ victim, fresh, kill, meanwhile }) => {
    victim.wire.arm({ statement: /FROM lend\(/, moment, fire: kill });
    meanwhile.push(send({ member: victim, customer: fresh, body: stream }));
  },
});

/** At a provider that goes wrong before it has read anything. */
const outset = (name: string, which: 'shut' | 'deaf'): Point => ({
  name,
  kills: 'gateway',
  set: ({ world, victim, fresh, kill, meanwhile }) => {
    meanwhile.push(
      world.provider
        .visited(which)
        .then(() => pause(settleMs))
        .then(kill),
    );
    meanwhile.push(send({ member: victim, customer: fresh, body: { ...stream, model: `${which}/m` } }));
  },
});

/** What was begun when the provider was reached is written by then. */
const settleMs = 30;

const stage = (name: string, which: Stage): Point => ({
  name,
  kills: 'gateway',
  set: ({ world, victim, fresh, kill, meanwhile }) => {
    world.provider.arm({ stage: which, gateway: victim.name, fire: kill });
    meanwhile.push(send({ member: victim, customer: fresh, body: stream }));
  },
});

const callerDone: Point = {
  name: 'caller done',
  kills: 'gateway',
  set: ({ victim, fresh, kill, meanwhile }) => {
    const onText = (text: string) => {
      if (text.includes('[DONE]')) kill();
    };
    meanwhile.push(send({ member: victim, customer: fresh, body: stream }, onText));
  },
};

const shipping = (name: string, moment: Moment): Point => ({
  name,
  kills: 'gateway',
  set: ({ victim, kill }) => victim.wire.arm({ statement: /^\s*commit/i, moment, fire: kill }),
});

/** An operator takes most of the money back: every gateway is asked for what it does not hold. */
const gift = (name: string, moment: Moment): Point => ({
  name,
  kills: 'gateway',
  set: ({ world, victim, fresh, kill, meanwhile }) => {
    victim.wire.arm({ statement: /FROM return_units\(/, moment, fire: kill });
    const most = { organizationId: fresh.organizationId, amountNanoUsd: 9_000_000_000n };
    const request = {
      ...most,
      idempotencyKey: `back:${fresh.organizationId}`,
      to: 'operator',
      missing: 'refuse',
    } as const;
    const asked = send({ member: victim, customer: fresh, body: { max_tokens: 1 } })
      .then(() => takeBack(world.store, request, systemClock))
      .catch((error: unknown) => {
        if (!(error instanceof LedgerRefusal)) throw error;
      });
    meanwhile.push(asked);
  },
});

const sometime = (name: string, kills: Point['kills']): Point => ({
  name,
  kills,
  set: ({ random, kill, meanwhile }) => {
    meanwhile.push(pause(random() * 700).then(kill));
  },
});

export const points: readonly Point[] = [
  lease('a lease, before commit', 'before'),
  lease('a lease, committed', 'committed'),
  lease('a lease, answered', 'answered'),
  outset('intent', 'shut'),
  outset('attempt', 'deaf'),
  stage('before headers', 'accepted'),
  stage('after headers', 'headers'),
  stage('middle of a stream', 'middle'),
  stage('after the hold grew', 'grown'),
  stage('last chunk', 'last'),
  stage('provider done', 'ended'),
  callerDone,
  shipping('shipping, before commit', 'before'),
  shipping('shipping, committed', 'committed'),
  gift('giving back, before commit', 'before'),
  gift('giving back, committed', 'committed'),
  sometime('any time', 'gateway'),
  sometime('any time, both gateways', 'both gateways'),
  sometime('Postgres, SIGKILL', 'postgres'),
  sometime('Postgres, stop -m immediate', 'postgres'),
];
