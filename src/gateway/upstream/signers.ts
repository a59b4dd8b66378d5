/** Credentials that no fixed header can carry: a signature over the request, or a token that is fetched and expires. */
import { LlmFailure } from '../../llm/error.ts';
import type { SignerName } from '../../providers/provider.ts';
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

export const signers: Partial<Record<SignerName, Signer>> = {};

/** The request's headers with what its vendor's signer adds, if it has one. */
export async function withSignature(request: UnsignedRequest, credential: Credential): Promise<Record<string, string>> {
  const { signer } = credential.provider.auth;
  if (signer === undefined) return { ...request.headers };
  const sign = signers[signer];
  if (sign === undefined)
    throw new LlmFailure({ kind: 'internal', message: `This version cannot sign with ${signer}.` });
  return { ...request.headers, ...(await sign(request, credential)) };
}
