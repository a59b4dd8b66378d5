/** What a signer is: it adds to a request what no fixed header can carry. */
import type { Credential } from '../../snapshot/snapshot.ts';

export interface UnsignedRequest {
  readonly method: 'POST' | 'GET' | 'DELETE';
  /** Absolute, with its query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Resolves to the headers to add. Throws LlmFailure (upstream-credential) when there is nothing to sign with. */
export type Signer = (request: UnsignedRequest, credential: Credential) => Promise<Readonly<Record<string, string>>>;
