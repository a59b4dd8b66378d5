/** One name that a key may call: a route or a model, with what the catalogue knows of it. */
export interface ListedModel {
  readonly id: string;
  readonly owner: string;
  readonly createdAtMs: number;
  readonly contextTokens?: number;
  readonly outputTokensMax?: number;
  /** `text`, `image`, `pdf`, `audio`, `video`; absent or empty: unknown. */
  readonly inputs?: readonly string[];
  readonly tools?: boolean;
  readonly thinks?: boolean;
  /** Pico-dollars for one token, in force now. */
  readonly price?: { readonly input: bigint; readonly output: bigint; readonly cacheRead?: bigint };
}
