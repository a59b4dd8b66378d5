/** What the ledger does not do, with the reason as a word for programs and a sentence for people. */
export type LedgerReason =
  /** The wallet or the credit has less than is to be taken. */
  | 'insufficient'
  /** The idempotency key stands for another transfer. */
  | 'conflict'
  | 'no-organization'
  | 'amount';

export class LedgerRefusal extends Error {
  override readonly name = 'LedgerRefusal';
  readonly reason: LedgerReason;
  readonly remedy: string;
  constructor(reason: LedgerReason, message: string, remedy: string) {
    super(message);
    this.reason = reason;
    this.remedy = remedy;
  }
}
