/** Which rows a transaction of one organization sees and writes, table by table. */
import type pg from 'pg';

export interface OwnedTable {
  readonly name: string;
  /** The column that says whose a row is. */
  readonly owner: 'organization_id' | 'id';
  /** Rows that are nobody's, or everybody's, have null there. */
  readonly shared: boolean;
}

/** What a transaction names its organization by; empty or absent in one that works for all of them. */
export const organizationSetting = 'tollgate.organization';

const setting = `current_setting('${organizationSetting}', true)`;
const policyName = 'own_rows';

/** Rows that belong to nobody are the operators' own here: an organization neither sees nor makes them. */
const operatorsOnly = new Set(['webhook_endpoints', 'alert_emails', 'alerts', 'audit_log']);
/** A transfer has another side, which is the house's: its account may be made by whoever moves money first. */
const sharedWrites = new Set(['accounts']);

/** One that names none sees all: operators, background work and the gateway's own. */
export function policiesOf({ name, owner, shared }: OwnedTable, forced: boolean): readonly string[] {
  const unnamed = `coalesce(${setting}, '') = ''`;
  const own = `${owner} = ${setting} OR ${unnamed}`;
  const seen = shared && !operatorsOnly.has(name) ? `${owner} IS NULL OR ${own}` : own;
  const written = shared && sharedWrites.has(name) ? seen : own;
  const make = (what: string, terms: string) => `CREATE POLICY ${policyName}_${what} ON "${name}" FOR ${what} ${terms}`;
  return [
    ...['select', 'insert', 'update', 'delete'].map(
      (what) => `DROP POLICY IF EXISTS ${policyName}_${what} ON "${name}"`,
    ),
    make('select', `USING (${seen})`),
    make('insert', `WITH CHECK (${written})`),
    make('update', `USING (${written}) WITH CHECK (${written})`),
    make('delete', `USING (${written})`),
    `ALTER TABLE "${name}" ENABLE ROW LEVEL SECURITY, ${forced ? 'FORCE' : 'NO FORCE'} ROW LEVEL SECURITY`,
  ];
}

/** Tables with rows of organizations whose policies are not there, or do not bind whom they should. */
export async function missingPolicies(
  client: pg.Client,
  schema: string,
  forced: boolean,
): Promise<readonly OwnedTable[]> {
  const { rows } = await client.query<OwnedTable>(
    `SELECT c.relname AS name, a.attname AS owner, NOT a.attnotnull AS shared
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
          AND a.attname = CASE c.relname WHEN 'organizations' THEN 'id' ELSE 'organization_id' END
      WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND (NOT c.relrowsecurity OR ($2 AND NOT c.relforcerowsecurity AND pg_has_role(current_user, c.relowner, 'MEMBER'))
          OR (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname LIKE '${policyName}_%') < 4)
      ORDER BY c.relname`,
    [schema, forced],
  );
  return rows;
}
