/** One name that a key may call: a route or a model. */
export interface ListedModel {
  readonly id: string;
  readonly owner: string;
  readonly createdAtMs: number;
}
