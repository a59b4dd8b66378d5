/** From the providers that are on, and the credentials that the database has for them, to who can be asked. */
import type { PoolMember } from '../snapshot/pool.ts';
import type { ActiveProvider } from './active-provider.ts';

/** A credential of the database; its secret is open. */
export interface PooledKey {
  readonly id: string;
  /** The provider's name. */
  readonly provider: string;
  /** Absent: it has none. */
  readonly secret: string | undefined;
  /** Another address than the provider's. */
  readonly baseUrl?: string;
  readonly weight: number;
  readonly priority: number;
  /** It is turned on, and its secret opens. */
  readonly isUsed: boolean;
}

export interface PooledProviders {
  readonly active: readonly ActiveProvider[];
  readonly pools: ReadonlyMap<string, readonly PoolMember[]>;
}

/**
 * What a provider has of itself (the file's key, or an address that takes none) is one member beside the others, first and
 * of weight 1. A provider that has nothing to be asked with is not on. The credential that stands for a pool is like its
 * first member, for whoever asks the provider only once.
 */
export function pooledProviders(active: readonly ActiveProvider[], keys: readonly PooledKey[]): PooledProviders {
  const byProvider = Map.groupBy(keys, ({ provider }) => provider);
  const pools = new Map<string, readonly PoolMember[]>();
  const on = active.flatMap((provider): ActiveProvider[] => {
    const own = byProvider.get(provider.id) ?? [];
    if (own.length === 0) return canBeAsked(provider) ? [provider] : [];
    const { models: _, deployments: __, typed: ___, ...credential } = provider;
    const members = [
      ...(credential.secret === undefined ? [] : [{ credential, weight: 1, priority: 0 }]),
      ...own.filter(({ isUsed }) => isUsed).map((key) => memberOf(key, credential)),
    ].toSorted((a, b) => a.priority - b.priority);
    const [first] = members;
    if (first === undefined) return [];
    pools.set(provider.id, members);
    const { baseUrl, secret } = first.credential;
    return [{ ...provider, baseUrl, secret }];
  });
  return { active: on, pools };
}

function memberOf(key: PooledKey, credential: PoolMember['credential']): PoolMember {
  const { id, secret, baseUrl = credential.baseUrl, weight, priority } = key;
  return {
    credential: { ...credential, id: `${id}:${credential.id}`, secret, baseUrl, renewable: true },
    weight,
    priority,
  };
}

/** Those of the file were checked when it was read: what is left out there is meant so. */
function canBeAsked({ provider, secret, isStored, baseUrl }: ActiveProvider): boolean {
  return isStored !== true || secret !== undefined || provider.keyless === true || baseUrl !== provider.baseUrl;
}
