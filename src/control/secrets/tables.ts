/**
 * Every column of the database that holds sealed secrets. A feature that seals adds a line: then a new master key reaches
 * its rows, and what was changed or swapped in them is found.
 */
import type { SecretPlace } from '../../lib/secret-box.ts';
import { contentKeyPlace } from '../content/content-cipher.ts';
import {
  organizationCredentialPlace,
  providerCredentialPlace,
  signInSecretPlace,
  webhookSecretPlace,
} from './places.ts';

type Value = string | null;

export interface SealedTable {
  /** As people read it: `key of an organization for a provider`. */
  readonly what: string;
  readonly table: string;
  /** Text; null and '' are no secret. */
  readonly column: string;
  /** What `placeOf` reads beside `id`, which every such table has. */
  readonly columns: readonly string[];
  readonly placeOf: (row: Readonly<Record<string, Value>> & { readonly id: string }) => SecretPlace;
  /** How a secret begins that was kept before this column was sealed. It is sealed when it is met. */
  readonly plain?: string;
}

const webhooks = {
  what: 'secret of a webhook endpoint',
  table: 'webhook_endpoints',
  columns: ['organization_id'],
  placeOf: ({ id, organization_id = null }) => webhookSecretPlace(id, organization_id),
  plain: 'whsec_',
} satisfies Omit<SealedTable, 'column'>;

export const sealedTables: readonly SealedTable[] = [
  {
    what: 'key of an organization for a provider',
    table: 'organization_credentials',
    column: 'sealed',
    columns: ['organization_id', 'provider'],
    placeOf: ({ id, organization_id, provider }) =>
      organizationCredentialPlace({ id, organizationId: organization_id ?? '', provider: provider ?? '' }),
  },
  {
    what: 'key of kept prompts and answers',
    table: 'content_keys',
    column: 'sealed',
    columns: ['organization_id'],
    placeOf: ({ id, organization_id }) => contentKeyPlace(id, organization_id ?? ''),
  },
  {
    what: 'key of the installation for a provider',
    table: 'provider_credentials',
    column: 'sealed',
    columns: ['provider'],
    placeOf: ({ id, provider }) => providerCredentialPlace({ id, provider: provider ?? '' }),
  },
  { ...webhooks, column: 'secret' },
  { ...webhooks, column: 'previous_secret' },
  {
    what: 'what signs the cookies of people who sign in',
    table: 'sign_in_secrets',
    column: 'sealed',
    columns: [],
    placeOf: ({ id }) => signInSecretPlace(id),
  },
];
