/** What stands under `organizations.<name>.providers.<name>`: the organization's own account at a provider. */
import { z } from 'zod';
import { choice, flag, httpUrl, text } from './leaves.ts';
import { providerSettings } from './provider-settings.ts';

/** Names of deployments and times are the provider's, whoever's key it is. */
const { deployments: _, timeouts: __, ...settings } = providerSettings;

export const ownProvider = z.strictObject({
  apiKey: text(
    'a key without spaces or line breaks, or the JSON of a service account',
    /^[\x21-\x7e]{1,8192}$|^\s*\{[\s\x20-\x7e]{1,16384}\}\s*$/,
  )
    .optional()
    .describe("The organization's own key for the provider: its requests use it first, and nobody else's ever do."),
  fallback: flag()
    .default(false)
    .describe('`true`: where the own key fails, yours for the same provider is used, and charged as usual.'),
  baseUrl: httpUrl().optional().describe('Replaces the address that `providers.<name>`, or the vendor, has.'),
  dataCollection: choice(['allow', 'deny'])
    .default('allow')
    .describe('`deny`: the provider neither keeps nor trains on what this account sends. Yours says nothing of it.'),
  ...settings,
});
