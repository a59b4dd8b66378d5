/**
 * Names as an organization sees them that has credentials of its own: wherever a target is at one of its providers, its
 * own credential stands first, and the platform's behind it or not at all. Providers that it alone has are added.
 */
import { buildNames, type NameParts, type Names, type OwnCredential, providerNameOf } from './names.ts';
import type { Organization, Route, Target } from './snapshot.ts';
import { isNode, type RouteMember, type RouteNode, targetsOf } from './strategy.ts';

export class OrganizationNames {
  readonly #parts: NameParts;
  readonly #base: Names;
  readonly #byId = new Map<string, OwnCredential[]>();
  readonly #byName = new Map<string, OwnCredential[]>();
  readonly #made = new Map<string, Names>();
  /** By the providers that are added to everybody's. */
  readonly #widened = new Map<string, Names>();

  constructor(parts: NameParts, base: Names) {
    this.#parts = parts;
    this.#base = base;
    for (const each of parts.own ?? []) {
      const { organization } = each;
      if ('id' in organization) add(this.#byId, organization.id, each);
      else add(this.#byName, organization.name, each);
    }
  }

  /** Nobody has credentials of its own. */
  get isEmpty(): boolean {
    return this.#byId.size === 0 && this.#byName.size === 0;
  }

  /** Undefined: as everybody sees them. */
  of({ id, name }: Pick<Organization, 'id' | 'name'>): Names | undefined {
    const ofFile = this.#byName.get(name);
    const stored = this.#byId.get(id);
    if (ofFile === undefined && stored === undefined) return undefined;
    const key = `${id} ${name}`;
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    // What the file says of a provider wins.
    const own = new Map(
      [...(stored ?? []), ...(ofFile ?? [])].map((each) => [providerNameOf(each.credential.id), each]),
    );
    const made = this.#make(own, name);
    this.#made.set(key, made);
    return made;
  }

  #make(found: ReadonlyMap<string, OwnCredential>, name: string): Names {
    const feeBasisPoints = this.#parts.ownFees?.get(name) ?? 0;
    const platform = new Set(this.#parts.credentials.map(({ id }) => id));
    const own = new Map<string, OwnCredential>();
    for (const [provider, each] of found) {
      const credential = Object.freeze({ ...each.credential, ownedBy: name, feeBasisPoints });
      own.set(provider, { ...each, credential, fallback: each.fallback && platform.has(provider) });
    }
    return ownNames(this.#baseWith(own, platform), own);
  }

  /** Everybody's names, with those of providers that only this organization has. Its credentials replace all of them. */
  #baseWith(own: Own, platform: ReadonlySet<string>): Names {
    const added = [...own].filter(([provider]) => !platform.has(provider));
    if (added.length === 0) return this.#base;
    const key = added
      .map(([provider]) => provider)
      .sort()
      .join(' ');
    const known = this.#widened.get(key);
    if (known !== undefined) return known;
    const placeholders = added.map(([id, { credential }]) => {
      const { provider, baseUrl } = credential;
      return { id, provider, baseUrl, secret: undefined };
    });
    const made = buildNames({ ...this.#parts, credentials: [...this.#parts.credentials, ...placeholders] });
    this.#widened.set(key, made);
    return made;
  }
}

function add(map: Map<string, OwnCredential[]>, owner: string, credential: OwnCredential): void {
  const known = map.get(owner);
  if (known === undefined) map.set(owner, [credential]);
  else known.push(credential);
}

type Own = ReadonlyMap<string, OwnCredential>;

function ownNames(base: Names, own: Own): Names {
  const made = new WeakMap<Route, Route>();
  const ofOwn = (route: Route): Route => {
    const known = made.get(route) ?? ownRoute(route, own);
    made.set(route, known);
    return known;
  };
  return {
    resolve(name) {
      const found = base.resolve(name);
      return 'route' in found ? { route: ofOwn(found.route) } : found;
    },
    listModels: () => base.listModels(),
    listRoutes: () => base.listRoutes().map(ofOwn),
    listCredentials: () =>
      (base.listCredentials?.() ?? []).flatMap((each) =>
        credentialsFor(each.credential, own).map((credential) => ({ ...each, credential })),
      ),
  };
}

function ownRoute(route: Route, own: Own): Route {
  if (!route.targets.some(({ credential }) => own.has(credential.id))) return route;
  const node = ownNode(route.node ?? asListed(route), own);
  const targets = targetsOf(node);
  return Object.freeze({ ...route, node, targets });
}

function asListed({ targets }: Route): RouteNode {
  return { strategy: { kind: 'fallback' }, members: targets.map(memberFor) };
}

function memberFor(target: Target): RouteMember {
  return { name: target.model.id, weight: 1, choice: target };
}

/** Where two credentials may answer, they are one member of the route, so that its weights and arms stay as they are. */
function ownNode({ strategy, members }: RouteNode, own: Own): RouteNode {
  return {
    strategy,
    members: members.map((member) => {
      const { choice } = member;
      if (isNode(choice)) return { ...member, choice: ownNode(choice, own) };
      const [first, ...others] = targetsFor(choice, own);
      if (first === undefined || others.length === 0) return { ...member, choice: first ?? choice };
      return { ...member, choice: { strategy: { kind: 'fallback' }, members: [first, ...others].map(memberFor) } };
    }),
  };
}

function targetsFor(target: Target, own: Own): readonly Target[] {
  return credentialsFor(target.credential, own).map((credential) => ({ ...target, credential }));
}

function credentialsFor(credential: Target['credential'], own: Own): readonly Target['credential'][] {
  const found = own.get(credential.id);
  if (found === undefined) return [credential];
  return found.fallback ? [found.credential, credential] : [found.credential];
}
