/** What the database has of names, made fit for use: secrets are opened, and what cannot be used is told and left out. */
import type { MoreNames } from './config/names.ts';
import { ownCredential } from './config/own-credentials.ts';
import type { Config } from './config.ts';
import type { Log } from './lib/log.ts';
import type { TextSeal } from './lib/sealed-text.ts';
import type { Provider } from './providers/provider.ts';
import type { OwnCredential } from './snapshot/names.ts';
import type { StoredCredential, StoredNames } from './snapshot/stored-names.ts';
import { storedOverrides } from './stored-models.ts';

export interface StoredNamesTools {
  readonly config: Config;
  readonly registry: ReadonlyMap<string, Provider>;
  readonly seal: TextSeal;
  readonly log: Log;
}

/** What a secret is bound to: nobody can give one organization another's by editing rows. */
export function placeOf({
  id,
  organizationId,
  provider,
}: Pick<StoredCredential, 'id' | 'organizationId' | 'provider'>) {
  return `${id} ${organizationId} ${provider}`;
}

export function moreNames(stored: StoredNames, tools: StoredNamesTools): MoreNames {
  return {
    routes: [...stored.routes.values()],
    models: storedOverrides(stored, tools.log),
    credentials: [...stored.credentials.values()].flatMap((each) => opened(each, tools)),
    onMistake: (route, { path, expected, remedy }) =>
      tools.log.warn({ route, path }, `a route of the API cannot be used: ${path} ${expected}. ${remedy}`),
  };
}

function opened(stored: StoredCredential, { config, registry, seal, log }: StoredNamesTools): readonly OwnCredential[] {
  const { id, organizationId, provider, fallback, baseUrl, settings } = stored;
  const fields = { credential: id, organization: organizationId, provider };
  try {
    const secret = seal.open(stored.sealed, placeOf(stored));
    const account = { secret, fallback, baseUrl, ...(settings && { settings }) };
    const credential = ownCredential(organizationId, provider, account, config, registry);
    if (credential !== undefined) return [{ organization: { id: organizationId }, credential, fallback }];
    log.warn(fields, 'a credential of an organization is for a provider that is not known any more');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log.error(
      { ...fields, why },
      "a credential of an organization cannot be opened, so it is not used. Give every instance the same secrets.masterKey, or set the organization's key anew",
    );
  }
  return [];
}
