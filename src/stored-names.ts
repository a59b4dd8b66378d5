/** What the database has of names, made fit for use: secrets are opened, and what cannot be used is told and left out. */
import type { MoreNames } from './config/names.ts';
import { ownCredential } from './config/own-credentials.ts';
import type { Config } from './config.ts';
import { organizationCredentialPlace } from './control/secrets/places.ts';
import type { Log } from './lib/log.ts';
import type { OpenedSecrets } from './opened-secrets.ts';
import type { Provider } from './providers/provider.ts';
import type { OwnCredential } from './snapshot/names.ts';
import type { StoredCredential, StoredNames } from './snapshot/stored-names.ts';
import { storedOverrides } from './stored-models.ts';
import { storedKeys } from './stored-providers.ts';

export interface StoredNamesTools {
  readonly config: Config;
  readonly registry: ReadonlyMap<string, Provider>;
  readonly secrets: OpenedSecrets;
  readonly log: Log;
}

export function moreNames(stored: StoredNames, tools: StoredNamesTools): MoreNames {
  tools.secrets.begin();
  return {
    routes: [...stored.routes.values()],
    models: storedOverrides(stored, tools.log),
    credentials: [...stored.credentials.values()].flatMap((each) => opened(each, tools)),
    keys: storedKeys(stored, tools.secrets),
    onMistake: (route, { path, expected, remedy }) =>
      tools.log.warn({ route, path }, `a route of the API cannot be used: ${path} ${expected}. ${remedy}`),
  };
}

function opened(
  stored: StoredCredential,
  { config, registry, secrets, log }: StoredNamesTools,
): readonly OwnCredential[] {
  const { id, organizationId, provider, fallback, baseUrl, settings, sealed } = stored;
  const secret = secrets.open(sealed, organizationCredentialPlace({ id, organizationId, provider }), { provider });
  if (secret === undefined) return [];
  const account = { secret, fallback, baseUrl, ...(settings && { settings }) };
  const credential = ownCredential(organizationId, provider, account, config, registry);
  if (credential !== undefined) return [{ organization: { id: organizationId }, credential, fallback }];
  const fields = { credential: id, organization: organizationId, provider };
  log.warn(fields, 'a credential of an organization is for a provider that is not known any more');
  return [];
}
