/** The provider's log against usage, usage against the ledger, and what is held against who lives. */
import { sql } from 'kysely';
import { verifyLedger } from '../../../src/ledger/verify.ts';
import type { Store } from '../../../src/store/store.ts';
import { until } from '../../until.ts';
import { inputTokens, type LoggedCall } from './provider.ts';
import { stepTokens } from './world.ts';

export interface Row {
  readonly id: string;
  readonly organization: string;
  readonly status: string;
  readonly recovered: boolean;
  readonly input: number;
  readonly output: number;
  readonly charge: number;
  readonly attempts: readonly { readonly id: string }[];
}

const inputNanoUsd = 1_000;
const wordNanoUsd = 10_000;
/** The estimate of the few words that are asked, by far. */
const inputTokensMax = 200;

/** Rows that were not there before; waits until every call that the provider took has one. */
export async function newRows(store: Store, seen: Set<string>, calls: readonly LoggedCall[]): Promise<readonly Row[]> {
  const due = new Set(calls.map(({ attemptId }) => requestOf(attemptId)));
  const rows = await until(
    'a usage row for every call that the provider took',
    async () => {
      const found = await unseen(store, seen);
      const ids = new Set(found.map(({ id }) => id));
      return [...due].every((id) => ids.has(id)) && found;
    },
    120_000,
  );
  for (const { id } of rows) seen.add(id);
  return rows;
}

async function unseen(store: Store, seen: ReadonlySet<string>): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`
    SELECT request_id AS id, organization_id AS organization, status, recovered, input_tokens::int AS input,
      output_tokens::int AS output, charge_nano_usd::float8 AS charge, attempts
    FROM usage WHERE settled_at > now() - interval '15 minutes'`.execute(store.db);
  return rows.filter(({ id }) => !seen.has(id));
}

export const requestOf = (attemptId: string): string => attemptId.replace(/-\d+$/, '');

export interface Compared {
  /** What is wrong, in words. */
  readonly problems: readonly string[];
  readonly recovered: number;
  /** Rows of attempts that the provider never took: they pay for the input, flagged. */
  readonly untaken: number;
}

export function compareRows(calls: readonly LoggedCall[], rows: readonly Row[]): Compared {
  const problems: string[] = [];
  const byId = new Map(calls.map((call) => [requestOf(call.attemptId), call]));
  if (byId.size !== calls.length) problems.push(`the provider took ${calls.length - byId.size} requests twice`);
  let untaken = 0;
  for (const row of rows) {
    const call = byId.get(row.id);
    if (call === undefined) {
      if (row.charge > 0) untaken++;
      problems.push(...untakenProblems(row));
      continue;
    }
    if (row.attempts.length !== 1 || row.attempts[0]?.id !== call.attemptId) {
      problems.push(`${row.id} names other attempts than ${call.attemptId}`);
    }
    problems.push(...(row.status === 'completed' ? wholeProblems(row, call) : cutProblems(row, call)));
  }
  return { problems, recovered: rows.filter(({ recovered }) => recovered).length, untaken };
}

function untakenProblems(row: Row): readonly string[] {
  if (row.charge === 0) return [];
  if (row.attempts.length === 0) return [`${row.id} asked nobody and costs ${row.charge}`];
  const right = row.output === 0 && row.charge <= inputTokensMax * inputNanoUsd && row.recovered;
  return right ? [] : [`${row.id} was never taken by the provider: ${JSON.stringify(row)}`];
}

function wholeProblems(row: Row, call: LoggedCall): readonly string[] {
  const charge = inputTokens * inputNanoUsd + call.words * wordNanoUsd;
  const right = call.whole && row.input === inputTokens && row.output === call.words && row.charge === charge;
  return right ? [] : [`${row.id} is ${JSON.stringify(row)}, and the provider said ${call.words} words`];
}

/**
 * At most what was said and held: one step of growth beyond. It is never free. How much of it a checkpoint knew depends
 * on how busy the machine is, and is held elsewhere; a stream whose money ran out pays for what its caller was shown.
 */
function cutProblems(row: Row, call: LoggedCall): readonly string[] {
  const most = call.tokensSent + stepTokens;
  const chargeMax = inputTokensMax * inputNanoUsd + most * wordNanoUsd;
  const right = row.output <= most && row.charge > 0 && row.charge <= chargeMax;
  return right ? [] : [`${row.id} is ${JSON.stringify(row)}: ${call.tokensSent} of ${call.words} tokens were sent`];
}

export interface BooksOptions {
  /** No gateway runs any more. */
  readonly idle?: boolean;
}

export interface Books {
  readonly drift: number;
  readonly problems: readonly string[];
  readonly overrunNanoUsd: number;
}

export async function checkBooks(store: Store, { idle = false }: BooksOptions = {}): Promise<Books> {
  const { drift, findings, counts } = await verifyLedger(store, { idle });
  const problems = findings.map(({ level, rule, row, message }) => `${level} ${rule} ${row}: ${message}`);
  if (idle && counts.openLeases > 0) problems.push(`${counts.openLeases} leases are open, and nothing runs`);
  const orphans = await sql<{ id: number; instance: string }>`
    SELECT l.id, l.instance FROM leases l LEFT JOIN instances i ON i.name = l.instance AND i.boot = l.boot
    WHERE l.closed_at IS NULL AND (i.name IS NULL OR l.expires_at < now())`.execute(store.db);
  for (const { id, instance } of orphans.rows) problems.push(`lease ${id} of ${instance} is older than its process`);
  const wallets = await sql<{ id: string; wrong: boolean }>`
    SELECT o.id, a.posted_nano_usd < 0 OR a.posted_nano_usd <> p.paid - coalesce(u.charges, 0) + coalesce(p.over, 0) AS wrong
    FROM organizations o JOIN accounts a ON a.id = 'wallet:' || o.id
      LEFT JOIN LATERAL (SELECT sum(charge_nano_usd) AS charges FROM usage WHERE organization_id = o.id) u ON true
      LEFT JOIN LATERAL (
        SELECT sum(e.amount_nano_usd) FILTER (WHERE t.kind <> 'usage' AND e.account_id = 'wallet:' || o.id) AS paid,
          -sum(e.amount_nano_usd) FILTER (WHERE e.account_id = 'house:overrun') AS over
        FROM transfers t JOIN entries e ON e.transfer_id = t.id WHERE t.organization_id = o.id) p ON true`.execute(
    store.db,
  );
  for (const { id, wrong } of wallets.rows) {
    if (wrong) problems.push(`the wallet of ${id} is not what was paid in, less what was charged`);
  }
  const over = await sql<{ over: number | null }>`
    SELECT -posted_nano_usd::float8 AS over FROM accounts WHERE id = 'house:overrun'`.execute(store.db);
  return { drift, problems, overrunNanoUsd: over.rows[0]?.over ?? 0 };
}
