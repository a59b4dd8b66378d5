/** From the name in a request to a route. Depends on the configuration alone, so it is made once and shared by snapshots. */
import type { CatalogModel } from '../catalog/catalog.ts';
import type { Pools } from './pool.ts';
import type { Credential, Limits, Resolution, Route, Snapshot, Timeouts } from './snapshot.ts';

export interface NameParts {
  readonly credentials: readonly Credential[];
  readonly catalog: {
    /** Those that are listed. */
    readonly models: readonly CatalogModel[];
    /** Also those that are not: dated names, any name of a self-hosted vendor. */
    find(provider: string, name: string): CatalogModel | undefined;
  };
  readonly routes: readonly Route[];
  /** Credentials of providers that have others than the one above, or several. */
  readonly pools?: Pools;
  /** Credentials of organizations. Absent: none has any. */
  readonly own?: readonly OwnCredential[];
  /** What using them costs, by the organization's name: hundredths of a percent of the usual charge. Absent: nothing. */
  readonly ownFees?: ReadonlyMap<string, number>;
  /** Of models that are called without a route, by `provider/name`. */
  readonly modelLimits?: ReadonlyMap<string, Limits>;
  /** For models that are called without a route. */
  readonly timeouts: Timeouts;
}

/** An organization's own credential, for one provider. */
export interface OwnCredential {
  /** Whose: by its name, as the configuration says it, or by its id. */
  readonly organization: { readonly name: string } | { readonly id: string };
  readonly credential: Credential;
  /** Where it fails, the platform's credential for the same provider is used, if there is one. */
  readonly fallback: boolean;
}

/** The configured provider's name: that of an organization's own credential is `<organization>:<provider>`. */
export function providerNameOf(credentialId: string): string {
  return credentialId.slice(credentialId.lastIndexOf(':') + 1);
}

export type Names = Pick<Snapshot, 'resolve' | 'listModels' | 'listRoutes' | 'listCredentials'>;

const missing: Resolution = { missing: true };

/** No model has it. A vendor that takes this takes every name, so for a bare name it would always match. */
const nobodysName = '\u0000';

export function buildNames(parts: NameParts): Names {
  const credentials = new Map(parts.credentials.map((credential) => [credential.id, credential]));
  const routes = parts.routes.map((route): Route => Object.freeze({ ...route }));
  const models = parts.catalog.models.filter((model) => credentials.has(model.provider));
  const known = new Map<string, Resolution>(routes.map((route) => [route.name, { route }]));
  const bare = new Map<string, CatalogModel[]>();
  const direct = (model: CatalogModel): Resolution => toResolution(model, credentials, parts);
  for (const model of models) {
    if (!known.has(model.id)) known.set(model.id, direct(model));
    bare.set(model.name, [...(bare.get(model.name) ?? []), model]);
  }
  const chooseOne = (candidates: readonly CatalogModel[]): Resolution => {
    const [only, ...others] = candidates;
    if (only === undefined) return missing;
    if (others.length === 0) return known.get(only.id) ?? direct(only);
    return { ambiguous: candidates.map(({ id }) => id).sort() };
  };
  return {
    resolve(name) {
      const found = known.get(name);
      if (found !== undefined) return found;
      const qualified = findQualified(name, credentials, parts);
      if (qualified !== undefined) return direct(qualified);
      return chooseOne(bare.get(name) ?? findUnlisted(name, parts));
    },
    listModels: () => models,
    listRoutes: () => routes,
    listCredentials: () =>
      parts.credentials.map((credential) => ({ credential, timeouts: { ...parts.timeouts, ...credential.timeouts } })),
  };
}

/** `provider/name`, where the name may have slashes of its own. */
function findQualified(name: string, credentials: ReadonlyMap<string, Credential>, parts: NameParts) {
  const slash = name.indexOf('/');
  const provider = name.slice(0, Math.max(slash, 0));
  return credentials.has(provider) ? parts.catalog.find(provider, name.slice(slash + 1)) : undefined;
}

/** A bare name that no list has, such as a dated one, at the vendors that know it. */
function findUnlisted(name: string, { credentials, catalog }: NameParts): readonly CatalogModel[] {
  return credentials
    .filter(({ id }) => catalog.find(id, nobodysName) === undefined)
    .map(({ id }) => catalog.find(id, name))
    .filter((model) => model !== undefined);
}

function toResolution(
  model: CatalogModel,
  credentials: ReadonlyMap<string, Credential>,
  { timeouts, modelLimits }: NameParts,
): Resolution {
  const credential = credentials.get(model.provider);
  if (credential === undefined) return missing;
  // A dated name is no way around the limits of its model.
  const limitsOf = [model.id, model.ownRow].find((id) => id !== undefined && modelLimits?.has(id));
  const limited = limitsOf === undefined ? {} : { limits: modelLimits?.get(limitsOf), limitsOf };
  return {
    route: {
      name: model.id,
      targets: [{ credential, model, timeouts: { ...timeouts, ...credential.timeouts } }],
      ...limited,
    },
  };
}
