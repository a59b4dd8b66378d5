import type { Migration } from './migration.ts';

/**
 * Every price that was in force, by the name under which usage knows it: a request's cost is taken apart by the rates of
 * its time, whatever prices hold by then. A name ends in the hash of its rates, which are therefore kept as text.
 */
export const priceVersions: Migration = {
  version: 31,
  name: 'price-versions',
  statements: [
    `CREATE TABLE price_versions (
      id text PRIMARY KEY CHECK (length(id) <= 500),
      rates text NOT NULL CHECK (length(rates) <= 10000),
      seen_at timestamptz NOT NULL DEFAULT now()
    )`,
  ],
};
