/** What can be asked of a gateway besides a chat, and the wire formats in which it is asked. */

/** What a usage row says was done. `batch-item`: one answered request of a batch, settled when its results are read. */
export type OperationId =
  | 'embeddings'
  | 'images'
  | 'image-edits'
  | 'image-variations'
  | 'speech'
  | 'transcriptions'
  | 'translations'
  | 'moderations'
  | 'completions'
  | 'rerank'
  | 'files'
  | 'batches'
  | 'batch-item';

/** A wire format of an operation, as a dialect is one of a chat. */
export type WireId =
  | 'openai-embeddings'
  | 'gemini-embed-content'
  | 'gemini-embeddings'
  | 'cohere-embeddings'
  | 'openai-images'
  | 'openai-image-edits'
  | 'openai-image-variations'
  | 'openai-speech'
  | 'openai-transcriptions'
  | 'openai-translations'
  | 'openai-moderations'
  | 'openai-completions'
  | 'cohere-rerank'
  | 'jina-rerank'
  | 'openai-files'
  | 'openai-batches'
  | 'anthropic-batches';

/** What a provider keeps for an organization: only that organization can reach it, at the credential that made it. */
export type ResourceKind = 'file' | 'batch' | 'message-batch';

export interface Resource {
  readonly kind: ResourceKind;
  /** The provider's own id. */
  readonly id: string;
  readonly credential: string;
  readonly organizationId: string;
  readonly keyId: string;
  readonly createdAtMs: number;
  /** A file with requests: the models that they name. A batch: the models that it asks. */
  readonly models?: readonly string[];
  /** A file with results: the batch that they are of. */
  readonly batchId?: string;
  readonly deleted?: boolean;
  /** A file with requests: what they ask of each model. */
  readonly asks?: readonly BatchAsk[];
  /** A batch: what it may take, by our count before it runs. */
  readonly estimate?: BatchEstimate;
  /** A batch: its answers are charged, or there will be none. */
  readonly settled?: boolean;
}

/** What all requests of a batch that go to one model are expected to use, together. */
export interface BatchAsk {
  /** As the provider names it. */
  readonly model: string;
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface BatchEstimate {
  /** What its customer will be charged. */
  readonly nanoUsd: string;
  readonly tokens: number;
}
