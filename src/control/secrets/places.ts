/** Where each kind of secret belongs: what it is bound to, so that nobody can make one another's by editing rows. */
import type { SecretPlace } from '../../lib/secret-box.ts';

export interface CredentialOwner {
  readonly id: string;
  readonly organizationId: string;
  readonly provider: string;
}

/** An organization's own key for a provider. */
export function organizationCredentialPlace({ id, organizationId, provider }: CredentialOwner): SecretPlace {
  const formerly = `${id} ${organizationId} ${provider}`;
  return { kind: 'organization-credential', organizationId, id, more: [provider], formerly };
}

/** A key of the installation for a provider. */
export function providerCredentialPlace({ id, provider }: Omit<CredentialOwner, 'organizationId'>): SecretPlace {
  return { kind: 'provider-credential', organizationId: null, id, more: [provider] };
}

/** What signs an endpoint's messages, this one and the one before. */
export function webhookSecretPlace(id: string, organizationId: string | null): SecretPlace {
  return { kind: 'webhook-secret', organizationId, id };
}

/** What signs cookies at all instances. */
export function signInSecretPlace(id: string): SecretPlace {
  return { kind: 'sign-in-secret', organizationId: null, id };
}
