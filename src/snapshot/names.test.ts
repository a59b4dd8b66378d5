import { describe, expect, it } from 'vitest';
import type { CatalogModel } from '../catalog/catalog.ts';
import { bearer, provider } from '../providers/provider.ts';
import { applyRows, noAccess, type SnapshotKeyRow } from './keys.ts';
import { buildNames, type NameParts } from './names.ts';
import type { Credential, Resolution } from './snapshot.ts';

const timeouts = { connectMs: 1, firstTokenMs: 2, wholeMs: 2, idleMs: 3, totalMs: 4 };

const credential = (id: string): Credential => ({
  id,
  provider: provider({ id, name: id, baseUrl: '', docs: '', auth: bearer, keyEnv: [], speaks: {} }),
  baseUrl: 'http://127.0.0.1',
  secret: undefined,
});

const model = (vendor: string, name: string): CatalogModel => ({
  id: `${vendor}/${name}`,
  provider: vendor,
  name,
  target: { name },
  priceAt: () => undefined,
});

const listed = [
  model('acme', 'small'),
  model('acme', 'shared'),
  model('zeta', 'shared'),
  model('zeta', 'vendor/deep'),
  model('gone', 'orphan'),
];

/** `acme` also knows dated names; `local` takes every name. */
function find(vendor: string, name: string): CatalogModel | undefined {
  const known = listed.find(({ id }) => id === `${vendor}/${name}`);
  if (known !== undefined || vendor === 'local') return known ?? model(vendor, name);
  const dated = vendor === 'acme' && /^small-\d{4}$/.test(name);
  return dated ? { ...model(vendor, name), ownRow: 'acme/small' } : undefined;
}

const target = { credential: credential('acme'), model: model('acme', 'small'), timeouts };

const parts: NameParts = {
  credentials: [credential('acme'), credential('zeta'), credential('local')],
  catalog: { models: listed, find },
  routes: [{ name: 'main', targets: [target], limits: { requestsPerMinute: 3 } }],
  modelLimits: new Map([['acme/small', { requestsPerMinute: 7 }]]),
  timeouts,
};

const unbilled = { billing: 'metered', spends: 'metered', blocked_reason: null, plan: null } as const;
const { keys } = applyRows(noAccess, {
  organizations: [
    { id: 'org_1', name: 'one', disabled: false, limits: { tokensPerMinute: 9 }, ...unbilled },
    { id: 'org_2', name: 'two', disabled: true, limits: null, ...unbilled },
  ],
  budgets: [],
  sales: [],
  keys: [
    keyRow('a', { models: ['main'], limits: { requestsPerMinute: 5 }, expires_at: new Date(1_000) }),
    keyRow('b', { organization_id: 'org_2', kind: 'management' }),
    keyRow('c', { revoked_at: new Date(0) }),
  ],
});

function keyRow(hash: string, more: Partial<SnapshotKeyRow>): SnapshotKeyRow {
  const row = { id: `key_${hash}`, hash, name: hash, kind: 'call' as const, organization_id: 'org_1' };
  const none = {
    models: null,
    limits: null,
    cache_ttl_ms: null,
    expires_at: null,
    revoked_at: null,
    project_id: null,
    member_id: null,
  };
  return { ...row, ...none, scopes: null, previous_hash: null, previous_expires_at: null, ...more };
}

const snapshot = buildNames(parts);
const targets = (resolution: Resolution): unknown =>
  'route' in resolution ? resolution.route.targets.map((each) => each.model.id) : resolution;

describe('a name', () => {
  it('of a route gives the route', () => {
    const found = snapshot.resolve('main');
    expect('route' in found && found.route).toEqual({
      name: 'main',

      targets: [target],
      limits: { requestsPerMinute: 3 },
    });
  });

  it('of a model has its limits, which a dated name shares', () => {
    const limitsOf = (name: string) => {
      const found = snapshot.resolve(name);
      return 'route' in found ? [found.route.limits, found.route.limitsOf] : found;
    };
    const limited = [{ requestsPerMinute: 7 }, 'acme/small'];
    expect(['acme/small', 'small', 'acme/small-2026', 'small-2026'].map(limitsOf)).toEqual(Array(4).fill(limited));
    expect(limitsOf('acme/shared')).toEqual([undefined, undefined]);
  });

  it('of the form provider/name gives that model, with the default timeouts', () => {
    const found = snapshot.resolve('acme/small');
    expect('route' in found && found.route.targets[0]).toMatchObject({ credential: { id: 'acme' }, timeouts });
    expect(targets(snapshot.resolve('zeta/vendor/deep'))).toEqual(['zeta/vendor/deep']);
  });

  it('that is bare gives the one model that has it', () => {
    expect(targets(snapshot.resolve('small'))).toEqual(['acme/small']);
    expect(targets(snapshot.resolve('vendor/deep'))).toEqual(['zeta/vendor/deep']);
  });

  it('that is bare and served twice is ambiguous, and says what it could mean', () => {
    expect(snapshot.resolve('shared')).toEqual({ ambiguous: ['acme/shared', 'zeta/shared'] });
  });

  it('that no list has is asked for at the catalogue, bare or not', () => {
    expect(targets(snapshot.resolve('acme/small-2026'))).toEqual(['acme/small-2026']);
    expect(targets(snapshot.resolve('small-2026'))).toEqual(['acme/small-2026']);
  });

  it('reaches a vendor that takes every name only with the provider before it', () => {
    expect(targets(snapshot.resolve('local/anything'))).toEqual(['local/anything']);
    expect(snapshot.resolve('anything')).toEqual({ missing: true });
  });

  it.each(['', '/', 'acme/', '/small', 'acme/none', 'none/small', 'gone/orphan', 'orphan', '__proto__', 'constructor'])(
    'that nobody has is missing: %j',
    (name) => {
      expect(snapshot.resolve(name)).toEqual({ missing: true });
    },
  );
});

describe('lists', () => {
  it('hold only what can be called', () => {
    expect(snapshot.listModels().map(({ id }) => id)).not.toContain('gone/orphan');
    expect(snapshot.listRoutes().map(({ name }) => name)).toEqual(['main']);
  });
});

describe('keys', () => {
  it('are found by their hash, with their organization; revoked ones are not there', () => {
    expect([...keys.keys()]).toEqual(['a', 'b']);
    expect(keys.get('a')).toEqual({
      id: 'key_a',
      name: 'a',
      kind: 'call',
      organization: {
        ...{ id: 'org_1', name: 'one', disabled: false, limits: { tokensPerMinute: 9 } },
        ...{ billing: 'metered', spends: 'metered' },
      },
      models: ['main'],
      limits: { requestsPerMinute: 5 },
      expiresAtMs: 1_000,
    });
    expect(keys.get('b')).toMatchObject({ kind: 'management', organization: { disabled: true } });
  });
});
