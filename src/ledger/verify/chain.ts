/** The chain: every link follows from the one before, every transfer is as it was when its link was made. */
import { sql } from 'kysely';
import type { Store } from '../../store/store.ts';
import type { Findings } from './findings.ts';

/** Some links in a row, with all their transfers. */
export interface LinkPage {
  readonly from: number;
  readonly to: number;
  readonly transfers: number;
}

/** The end of the chain. Whoever keeps it elsewhere can prove later that nothing before it was rewritten. */
export interface Head {
  readonly seq: number;
  /** Hex SHA-256. */
  readonly hash: string;
}

const linksMax = 2_000;
/** A link may vouch for hundreds of transfers; a page must be read well within the statement timeout. */
const transfersMax = 10_000;

/** The next links after `after`; undefined at the end. */
export async function nextPage(db: Store['db'], after: number): Promise<LinkPage | undefined> {
  const { rows } = await sql<{ seq: number; transfers: number }>`
    SELECT seq, length(digests) / 32 AS transfers FROM ledger_links
    WHERE seq > ${after} ORDER BY seq LIMIT ${linksMax}`.execute(db);
  const [first] = rows;
  if (first === undefined) return undefined;
  let page = { from: first.seq, to: first.seq, transfers: first.transfers };
  for (const { seq, transfers } of rows.slice(1)) {
    if (page.transfers + transfers > transfersMax) break;
    page = { ...page, to: seq, transfers: page.transfers + transfers };
  }
  return page;
}

/** The link before the first one. */
export async function genesis(db: Store['db']): Promise<Head> {
  const { rows } = await sql<{ hash: string }>`SELECT encode(sha256('tollgate'), 'hex') AS hash`.execute(db);
  return { seq: 0, hash: rows[0]?.hash ?? '' };
}

/** Links against the ones before them, by what is stored. Returns the last one. */
export async function checkLinks(db: Store['db'], page: LinkPage, before: Head, found: Findings): Promise<Head> {
  const { rows } = await sql<{ seq: number; step: number; follows: boolean; hash: string }>`
    SELECT * FROM (
      SELECT l.seq, l.seq - coalesce(lag(l.seq) OVER w, ${before.seq}) AS step, encode(l.hash, 'hex') AS hash,
        l.hash = sha256(coalesce(lag(l.hash) OVER w, decode(${before.hash}, 'hex')) || l.digests) AS follows
      FROM ledger_links l WHERE l.seq BETWEEN ${page.from} AND ${page.to} WINDOW w AS (ORDER BY l.seq)
    ) AS links WHERE step <> 1 OR NOT follows OR seq = ${page.to} ORDER BY seq`.execute(db);
  for (const { seq, step, follows } of rows) {
    if (step !== 1) found.drifts('chain', `link ${seq}`, `${step - 1} links before it are missing`);
    else if (!follows) found.drifts('chain', `link ${seq}`, 'its hash does not follow from the link before it');
  }
  return { seq: page.to, hash: rows.at(-1)?.hash ?? '' };
}

/** The head against the last link, and transfers that no link vouches for. */
export async function checkHead(db: Store['db'], last: Head, found: Findings): Promise<void> {
  const { rows } = await sql<{ seq: number; hash: string }>`
    SELECT seq, encode(hash, 'hex') AS hash FROM ledger_head`.execute(db);
  const [head] = rows;
  if (head === undefined) found.drifts('chain', 'ledger_head', 'the head of the chain is gone');
  else if (head.seq !== last.seq) {
    found.drifts('chain', `link ${last.seq}`, `it is the last one, and the head says link ${head.seq}`);
  } else if (head.hash !== last.hash) {
    found.drifts('chain', `link ${last.seq}`, 'the head has another hash than the last link');
  }
  const outside = await sql<{ id: string; link: number }>`
    SELECT id, link FROM transfers WHERE link > ${last.seq} OR link < 1 ORDER BY id LIMIT 100`.execute(db);
  for (const { id, link } of outside.rows) {
    found.drifts('chain', `transfer ${id}`, `it names link ${link}, which is not there`);
  }
}

/** Transfers and entries against the digests that were made of them. Returns the ids of those that differ. */
export async function checkDigests(db: Store['db'], page: LinkPage, found: Findings): Promise<readonly string[]> {
  const { rows } = await sql<{ seq: number }>`
    SELECT l.seq FROM ledger_links l LEFT JOIN (
      SELECT link, string_agg(digest, ''::bytea ORDER BY id) AS digests FROM transfer_digests
      WHERE link BETWEEN ${page.from} AND ${page.to} GROUP BY link
    ) AS d ON d.link = l.seq
    WHERE l.seq BETWEEN ${page.from} AND ${page.to} AND d.digests IS DISTINCT FROM l.digests
    ORDER BY l.seq LIMIT 100`.execute(db);
  const changed: string[] = [];
  for (const { seq } of rows) changed.push(...(await checkLink(db, seq, found)));
  return changed;
}

async function checkLink(db: Store['db'], seq: number, found: Findings): Promise<readonly string[]> {
  const { rows } = await sql<{ stored: number; present: number; changed: string[] }>`
    WITH stored AS MATERIALIZED (
      SELECT substr(l.digests, 32 * i + 1, 32) AS digest
      FROM ledger_links l, generate_series(0, length(l.digests) / 32 - 1) AS i WHERE l.seq = ${seq}
    ), present AS MATERIALIZED (SELECT id, digest FROM transfer_digests WHERE link = ${seq})
    SELECT (SELECT count(*)::int FROM stored) AS stored, (SELECT count(*)::int FROM present) AS present,
      coalesce((SELECT array_agg(id ORDER BY id) FROM present WHERE digest NOT IN (SELECT digest FROM stored)), '{}')
        AS changed`.execute(db);
  const { stored = 0, present = 0, changed = [] } = rows[0] ?? {};
  for (const id of changed) {
    found.drifts('chain', `transfer ${id}`, `it is not what link ${seq} vouches for: a column or an entry was changed`);
  }
  if (present < stored) {
    found.drifts('chain', `link ${seq}`, `${stored - present} of the ${stored} transfers that it vouches for are gone`);
  }
  if (present > stored) {
    found.drifts('chain', `link ${seq}`, `it vouches for ${stored} transfers, and ${present} name it`);
  }
  if (present === stored && changed.length === 0) {
    found.drifts('chain', `link ${seq}`, 'the ids of its transfers were changed');
  }
  return changed;
}
