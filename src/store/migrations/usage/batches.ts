/** What is to be added to the roll-ups of usage: written with the rows themselves, and taken away with the adding. */
export const usageBatches: readonly string[] = [
  // Of one posting each. A row that is not here is in the roll-ups, whichever instance commits first.
  `CREATE TABLE usage_batches (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    ids text[] NOT NULL
  )`,
  // Days (UTC) whose roll-ups are to be made anew from their rows: at first, all there are.
  'CREATE TABLE usage_rebuilds (day timestamptz PRIMARY KEY)',
  `INSERT INTO usage_rebuilds (day)
    SELECT DISTINCT date_trunc('day', started_at, 'UTC') FROM usage`,
];
