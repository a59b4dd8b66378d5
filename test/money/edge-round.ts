/**
 * One round at the edge: a wallet that fits k requests, and many more calls at once, of random cost, over all instances,
 * while money comes and goes and a key is revoked. What comes out is measured, not judged.
 */
import { sql } from 'kysely';
import { createKey, revokeKey } from '../../src/control/keys/keys.ts';
import { LedgerRefusal } from '../../src/ledger/refusal.ts';
import { takeBack } from '../../src/ledger/wallet.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Answered, Customer, Fleet } from './fleet.ts';
import { inputTokens } from './obedient.ts';

export interface RoundOptions {
  readonly calls: number;
  /** 0 to 1, from a seed. */
  readonly random: () => number;
}

export interface RoundResult {
  readonly served: number;
  readonly refused: number;
  /** Nano-dollars that were used and that the wallet did not have. */
  readonly overNanoUsd: bigint;
  /** What was told to requests that were refused once nothing was held any more, though the wallet had what they needed. */
  readonly falseRefusals: readonly string[];
  readonly leftNanoUsd: bigint;
  /** 503: the database took too long to say, which on a busy machine it does. Nobody is told that he has no money. */
  readonly unanswered: number;
  /** Anything else that is neither served nor refused for money or for a revoked key. */
  readonly odd: readonly string[];
}

export const wordNanoUsd = 10_000n;
/** What 256 tokens of output cost here: one step of growth. */
export const stepNanoUsd = 256n * wordNanoUsd;
const wordsMax = 200;

interface Call {
  readonly words: number;
  readonly stream: boolean;
}

export const costOf = (words: number): bigint => BigInt(inputTokens) * 1_000n + BigInt(words) * wordNanoUsd;

let rounds = 0;

export async function runRound(fleet: Fleet, { calls, random }: RoundOptions): Promise<RoundResult> {
  const below = (max: number) => Math.floor(random() * max);
  const asked = Array.from({ length: calls }, (): Call => ({ words: 1 + below(wordsMax), stream: random() < 0.5 }));
  const fits = asked.slice(0, 1 + below(Math.min(60, calls)));
  const customer = await fleet.customer(`edge-${process.pid}-${rounds++}`, sum(fits));
  const second = await makeSecondKey(fleet, customer);
  const meanwhile = comeAndGo(fleet, customer, second.id, below);
  const answers = await Promise.all(asked.map((call, i) => ask(fleet, i % 3 === 0 ? second.key : customer.key, call)));
  await meanwhile;
  await fleet.settle();
  const falseRefusals = await findFalseRefusals(fleet, customer, random);
  await fleet.settle();
  const { paidNanoUsd } = await customer.wallet();
  return {
    served: answers.filter(({ status }) => status === 200).length,
    refused: answers.filter(({ status }) => status === 402).length,
    overNanoUsd: await overrunOf(fleet, customer),
    falseRefusals,
    leftNanoUsd: paidNanoUsd,
    unanswered: answers.filter(({ status }) => status === 503).length,
    odd: answers.filter(isOdd).map(({ status, text }) => `${status} ${text.slice(0, 200)}`),
  };
}

function ask(fleet: Fleet, key: string, { words, stream }: Call, instance?: number): Promise<Answered> {
  return fleet.chat(key, { max_tokens: words, stream }, instance);
}

const isOdd = ({ status }: Answered): boolean => ![200, 401, 402, 503].includes(status);
const sum = (calls: readonly Call[]): bigint => calls.reduce((total, { words }) => total + costOf(words), 0n);

async function makeSecondKey(fleet: Fleet, { organizationId }: Customer): Promise<{ id: string; key: string }> {
  const { name } = await fleet.store.db
    .selectFrom('organizations')
    .select('name')
    .where('id', '=', organizationId)
    .executeTakeFirstOrThrow();
  const made = await createKey(fleet.store, { name: 'second', organization: name }, systemClock);
  await fleet.refresh();
  return made;
}

/** Two top-ups, a refund that may find nothing left, and a revocation, while the calls run. */
async function comeAndGo(fleet: Fleet, customer: Customer, secondKey: string, below: (max: number) => number) {
  await customer.topUp(costOf(1 + below(wordsMax)));
  const refund = {
    organizationId: customer.organizationId,
    amountNanoUsd: costOf(1 + below(wordsMax)),
    idempotencyKey: `refund:${customer.organizationId}`,
    to: 'operator' as const,
    missing: 'refuse' as const,
  };
  await takeBack(fleet.store, refund, systemClock).catch((error: unknown) => {
    if (!(error instanceof LedgerRefusal)) throw error;
  });
  await revokeKey(fleet.store, secondKey, systemClock);
  await customer.topUp(costOf(1 + below(wordsMax)));
}

/** Nothing runs any more: whatever the wallet has room for must be served, on every instance. */
async function findFalseRefusals(fleet: Fleet, customer: Customer, random: () => number): Promise<string[]> {
  const wrong: string[] = [];
  for (let instance = 0; instance < fleet.instances.length; instance++) {
    const { paidNanoUsd } = await customer.wallet();
    const words = Number((paidNanoUsd - costOf(0)) / wordNanoUsd);
    if (words < 1) break;
    const call = { words: Math.min(words, 1 + Math.floor(random() * 40)), stream: random() < 0.5 };
    let { status, text } = await ask(fleet, customer.key, call, instance);
    while (status === 503) ({ status, text } = await ask(fleet, customer.key, call, instance));
    if (status !== 200) wrong.push(`${status} with ${paidNanoUsd} for ${JSON.stringify(call)}: ${text.slice(0, 300)}`);
    await fleet.settle();
  }
  return wrong;
}

async function overrunOf(fleet: Fleet, { organizationId }: Customer): Promise<bigint> {
  const { rows } = await sql<{ over_usd: bigint }>`
    SELECT coalesce(-sum(e.amount_nano_usd), 0)::bigint AS over_usd FROM entries e JOIN transfers t ON t.id = e.transfer_id
    WHERE t.organization_id = ${organizationId} AND e.account_id = 'house:overrun'`.execute(fleet.store.db);
  return rows[0]?.over_usd ?? 0n;
}
