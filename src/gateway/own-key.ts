/** What is told of a credential that is an organization's own: to its callers, since nobody else can mend it. */
import type { LlmError } from '../llm/error.ts';
import { providerNameOf } from '../snapshot/names.ts';
import type { Credential } from '../snapshot/snapshot.ts';

const refusedCode = 'organization_key_refused';

/** The same error; where the provider refused an organization's own key, in words that say whose key it was. */
export function ofOwner(error: LlmError, credential: Credential): LlmError {
  const { ownedBy } = credential;
  if (ownedBy === undefined || error.kind !== 'upstream-credential') return error;
  return {
    ...error,
    message: `The provider ${providerNameOf(credential.id)} refused the key of the organization ${ownedBy} for it (or its account there). Whoever manages the organization's keys gives a valid one.`,
    code: refusedCode,
  };
}

/**
 * As the caller is told at the end, when nobody else could be asked: its organization's own affair, that passes with no
 * retry. No 401: the caller's key for this gateway is good.
 */
export function asTold(error: LlmError): LlmError {
  return error.code === refusedCode ? { ...error, kind: 'forbidden' } : error;
}
