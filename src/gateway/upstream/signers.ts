/** Credentials that no fixed header can carry: a signature over the request, or a token that is fetched and expires. */
import { LlmFailure } from '../../llm/error.ts';
import type { SignerName } from '../../providers/provider.ts';
import type { Credential } from '../../snapshot/snapshot.ts';
import { awsSigv4 } from './aws-sigv4.ts';
import { googleOauth } from './google-oauth.ts';
import type { Signer, UnsignedRequest } from './signer.ts';

export const signers: Partial<Record<SignerName, Signer>> = {
  'aws-sigv4': awsSigv4(),
  'google-oauth': googleOauth(),
};

/** The request's headers with what its vendor's signer adds, if it has one. */
export async function withSignature(request: UnsignedRequest, credential: Credential): Promise<Record<string, string>> {
  const { signer } = credential.provider.auth;
  if (signer === undefined) return { ...request.headers };
  const sign = signers[signer];
  if (sign === undefined)
    throw new LlmFailure({ kind: 'internal', message: `This version cannot sign with ${signer}.` });
  return { ...request.headers, ...(await sign(request, credential)) };
}
