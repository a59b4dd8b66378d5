/**
 * Names as an organization sees them that has credentials of its own: wherever a target is at one of its providers, its
 * own credential stands first, and the platform's behind it or not at all. Providers that it alone has are added.
 */
import { expandedNames, memberFor } from './expanded-names.ts';
import { buildNames, type NameParts, type Names, type OwnCredential, providerNameOf } from './names.ts';
import { pooledNames } from './pools.ts';
import type { Organization } from './snapshot.ts';

export class OrganizationNames {
  readonly #parts: NameParts;
  readonly #base: Names;
  readonly #byId = new Map<string, OwnCredential[]>();
  readonly #byName = new Map<string, OwnCredential[]>();
  readonly #made = new Map<string, Names>();
  /** By the providers that are added to everybody's. */
  readonly #widened = new Map<string, Names>();

  /** `base`: everybody's, in which each provider has one credential that stands for all of its own. */
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
    return pooledNames(ownNames(this.#baseWith(own, platform), own), this.#parts.pools);
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

/** Where two credentials may answer, they are one member of the route, so that its weights and arms stay as they are. */
function ownNames(base: Names, own: Own): Names {
  return expandedNames(base, (target) => {
    const found = own.get(target.credential.id);
    if (found === undefined) return undefined;
    const first = { ...target, credential: found.credential };
    if (!found.fallback) return first;
    return { strategy: { kind: 'fallback' }, members: [first, target].map(memberFor) };
  });
}
