/** One step of the schema. Steps only go forward, and a step that was released is never edited. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  /** Run in order, in one transaction, with the schema first in the search path. */
  readonly statements: readonly string[];
}
