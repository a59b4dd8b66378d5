import { lending } from './ledger/lending.ts';
import type { Migration } from './migration.ts';

/** Migration 4's own words, of which one place changes. */
const before = lending.find((statement) => statement.startsWith('CREATE FUNCTION lend(')) ?? '';
const free = '+ greatest(coalesce(mine.used_units - mine.amount_units, 0), 0);';

/**
 * Credit whose time is over is lent to nobody, although the sweep that takes it back has not come by yet. What was lent
 * before stays lent, and with it the credit behind it.
 */
export const lendingByExpiry: Migration = {
  version: 16,
  name: 'lending-by-expiry',
  statements: [
    // Of a wallet; other pots have no credit.
    `CREATE FUNCTION expired_credit(pot text) RETURNS bigint LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
      SELECT coalesce(sum(g.remaining_nano_usd), 0)::bigint FROM grants g
      WHERE pot LIKE 'wallet:%' AND g.organization_id = substr(pot, 8) AND g.remaining_nano_usd > 0
        AND g.expires_at <= now()
    $$`,
    before.replace('CREATE FUNCTION lend(', 'CREATE OR REPLACE FUNCTION lend(').replace(
      free,
      `${free}
    -- As the sweep will take it: no more than nobody holds.
    the.granted_units := the.granted_units - least(expired_credit(the.id), greatest(free, 0));
    free := free - least(expired_credit(the.id), greatest(free, 0));`,
    ),
  ],
};
