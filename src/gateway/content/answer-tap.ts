/** Sees an answer on its way to the caller. */
export interface AnswerTap {
  head(status: number, headers: Readonly<Record<string, string>>): void;
  /** Without what lies around its frames. */
  add(piece: Buffer | string): void;
}
