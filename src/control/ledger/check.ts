/** The check of the books that runs by itself. */
import { type CheckParts, checkLedger, type LedgerCheck } from '../../ledger/verify.ts';
import { checkInvoices } from '../invoices/check.ts';
import type { Task } from '../jobs/queue.ts';
import { checkPayments } from './payments.ts';

/** Rules of features that keep money-related tables beside the ledger: payments against its entries. */
export const ledgerChecks: readonly LedgerCheck[] = [checkPayments, checkInvoices];

export function ledgerTasks(parts: CheckParts): readonly Task[] {
  return [
    {
      name: 'ledger-check',
      schedule: '*/10 * * * *',
      run: async () => {
        await checkLedger(parts, { checks: ledgerChecks });
      },
    },
  ];
}
