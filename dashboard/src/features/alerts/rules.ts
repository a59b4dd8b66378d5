/** Rules of alerts in words. */
import type { AlertRule } from '@tollgate/client';
import { formatUsd } from '@/lib/format.ts';

const names: Readonly<Record<string, string>> = {
  budget: 'Budget',
  'low-balance': 'Low balance',
  anomaly: 'Unusual spending',
  'ledger-drift': 'Books do not agree',
  'house-overrun': 'Paid by the house',
  test: 'Test',
};

export function nameOf(kind: string): string {
  return names[kind] ?? kind.replaceAll('-', ' ').replace(/^./, (letter) => letter.toUpperCase());
}

/** When it tells, as a sentence. */
export function sentenceOf({ kind, percents, amountUsd, factor }: AlertRule): string {
  const list = percents.map((percent) => `${percent}%`).join(', ');
  switch (kind) {
    case 'budget':
      return `When ${list} of a budget is used.`;
    case 'low-balance':
      return amountUsd === null
        ? `When the balance falls below ${list} of the last payment.`
        : `When the balance falls below ${formatUsd(amountUsd)}.`;
    case 'anomaly':
      return `When an hour costs ${factor ?? 0} times the usual one, and at least ${formatUsd(amountUsd ?? '0')}.`;
    case 'ledger-drift':
      return 'When the nightly check of the books finds a difference.';
    case 'house-overrun':
      return `When the house pays ${formatUsd(amountUsd ?? '0')} or more that no customer does.`;
  }
}

export type EditableKind = 'budget' | 'low-balance' | 'anomaly' | 'house-overrun';

export function isEditable(kind: AlertRule['kind']): kind is EditableKind {
  return kind !== 'ledger-drift';
}
