/** When an alert is raised: rules of an organization, and those of all that have none of their own. */
import type { AlertRuleKind } from '../../store/schema/invoices.ts';
import type { Store } from '../../store/store.ts';
import { Refusal } from '../refusal.ts';

export const organizationKinds = ['budget', 'low-balance', 'anomaly'] as const;
export const ruleKinds = [...organizationKinds, 'ledger-drift', 'house-overrun'] as const;

export interface AlertRule {
  readonly kind: AlertRuleKind;
  /** `budget`: of a budget's limit. `low-balance`: one, of the last payment. */
  readonly percents: readonly number[];
  /** `low-balance`: instead of a percentage. `anomaly` and `house-overrun`: at least this much. */
  readonly amountNanoUsd?: bigint;
  /** `anomaly`: how many times the usual. */
  readonly factor?: number;
  readonly disabled: boolean;
  /** It is the organization's own. */
  readonly own: boolean;
}

/** Those that hold for an organization; undefined: those of all, with the installation's. */
export async function listRules(db: Store['db'], organizationId: string | undefined): Promise<readonly AlertRule[]> {
  const rows = await db
    .selectFrom('alert_rules')
    .selectAll()
    .where((where) =>
      where.or([
        where('organization_id', 'is', null),
        ...(organizationId === undefined ? [] : [where('organization_id', '=', organizationId)]),
      ]),
    )
    .execute();
  const kinds = organizationId === undefined ? ruleKinds : organizationKinds;
  return kinds.flatMap((kind) => {
    const row =
      rows.find((each) => each.kind === kind && each.organization_id !== null) ??
      rows.find((each) => each.kind === kind);
    if (row === undefined) return [];
    return [
      {
        kind,
        percents: row.percents,
        ...(row.amount_nano_usd !== null && { amountNanoUsd: row.amount_nano_usd }),
        ...(row.factor !== null && { factor: row.factor }),
        disabled: row.disabled,
        own: row.organization_id !== null,
      },
    ];
  });
}

/** Throws Refusal for a rule that says nothing. */
export async function saveRule(
  db: Store['db'],
  organizationId: string | undefined,
  rule: Omit<AlertRule, 'own'>,
): Promise<void> {
  checkRule(rule);
  const values = {
    percents: [...new Set(rule.percents)].toSorted((a, b) => a - b),
    amount_nano_usd: rule.amountNanoUsd ?? null,
    factor: rule.factor ?? null,
    disabled: rule.disabled,
  };
  await db
    .insertInto('alert_rules')
    .values({ organization_id: organizationId ?? null, kind: rule.kind, ...values })
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'kind']).doUpdateSet({ ...values, updated_at: new Date() }),
    )
    .execute();
}

/** From then on the rule of all holds for it. */
export async function deleteRule(db: Store['db'], organizationId: string, kind: AlertRuleKind): Promise<void> {
  await db.deleteFrom('alert_rules').where('organization_id', '=', organizationId).where('kind', '=', kind).execute();
}

function checkRule({ kind, percents, amountNanoUsd, disabled }: Omit<AlertRule, 'own'>): void {
  if (disabled) return;
  if (kind === 'budget' && percents.length === 0) {
    throw new Refusal('A rule for budgets needs percents.', 'Give percents: [50, 80, 100], or disable the rule.');
  }
  if (kind === 'low-balance' && (percents.length === 1) === (amountNanoUsd !== undefined)) {
    throw new Refusal('A low balance is one percentage of the last payment, or an amount.', 'Give one of the two.');
  }
}

/** Addresses that get an organization's alerts; undefined: the operators'. */
export async function listEmails(db: Store['db'], organizationId: string | undefined): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('alert_emails')
    .select('email')
    .where('organization_id', organizationId === undefined ? 'is' : '=', organizationId ?? null)
    .orderBy('email')
    .execute();
  return rows.map(({ email }) => email);
}

/** Replaces them all. */
export async function saveEmails(
  db: Store['db'],
  organizationId: string | undefined,
  emails: readonly string[],
): Promise<void> {
  const owner = organizationId ?? null;
  await db
    .deleteFrom('alert_emails')
    .where('organization_id', owner === null ? 'is' : '=', owner)
    .execute();
  const rows = [...new Set(emails)].map((email) => ({ organization_id: owner, email }));
  if (rows.length > 0) await db.insertInto('alert_emails').values(rows).execute();
}
