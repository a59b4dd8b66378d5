/** What the person asked for cannot be done: one sentence that names the value and the rule, one that says what to do. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}
