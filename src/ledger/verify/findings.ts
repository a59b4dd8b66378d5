/** What a check of the books found: rows by their ids, and what differs. */

/**
 * `I1` entries sum to nothing; `I2` an account is the sum of its entries; `I3` a pot holds what its open leases hold;
 * `I4` each charge has its one transfer, and each transfer of usage its charge; `I6` no lease outlives its grace; `I7`
 * no wallet is below nothing, and the house pays little; `I8` payments are in the ledger; `I9` nothing is held when
 * nothing runs; `chain` no row was changed after it was written; `grants`, `funds` and `spent`: what is kept beside the
 * ledger agrees with it.
 */
export type Rule = 'I1' | 'I2' | 'I3' | 'I4' | 'I6' | 'I7' | 'I8' | 'I9' | 'chain' | 'grants' | 'funds' | 'spent';

export interface Finding {
  readonly rule: Rule;
  /** `drift`: the books are wrong. `warning`: somebody should look, and there may be a good reason. */
  readonly level: 'drift' | 'warning';
  /** `transfer tr_…`, `entry 2 of transfer tr_…`, `link 7`, `account wallet:org_…`, `usage req_…` ... */
  readonly row: string;
  /** What differs, in one sentence. Amounts of money in nano-dollars. */
  readonly message: string;
}

/** More are counted and not kept: a table that was lost must not fill the memory. */
const keptMax = 1_000;

export class Findings {
  readonly list: Finding[] = [];
  drift = 0;
  warnings = 0;

  drifts(rule: Rule, row: string, message: string): void {
    this.drift++;
    this.#keep({ rule, level: 'drift', row, message });
  }

  warns(rule: Rule, row: string, message: string): void {
    this.warnings++;
    this.#keep({ rule, level: 'warning', row, message });
  }

  #keep(finding: Finding): void {
    if (this.list.length < keptMax) this.list.push(finding);
  }
}
