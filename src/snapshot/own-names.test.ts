import { describe, expect, it } from 'vitest';
import type { CatalogModel } from '../catalog/catalog.ts';
import { bearer, provider } from '../providers/provider.ts';
import { buildNames, type NameParts, type OwnCredential, providerNameOf } from './names.ts';
import { OrganizationNames } from './own-names.ts';
import type { Credential, Resolution, Target } from './snapshot.ts';
import { isNode, type RouteNode } from './strategy.ts';

const timeouts = { connectMs: 1, firstTokenMs: 2, wholeMs: 2, idleMs: 3, totalMs: 4 };

const credential = (id: string): Credential => ({
  id,
  provider: provider({ id: 'x', name: id, baseUrl: '', docs: '', auth: bearer, keyEnv: [], speaks: {} }),
  baseUrl: 'http://127.0.0.1',
  secret: `secret of ${id}`,
});

const model = (vendor: string, name: string): CatalogModel => ({
  id: `${vendor}/${name}`,
  provider: vendor,
  name,
  target: { name },
  priceAt: () => undefined,
});

const listed = [model('one', 'a'), model('two', 'a'), model('two', 'b'), model('extra', 'a'), model('extra', 'c')];
const target = (vendor: string, name: string): Target => ({
  credential: credential(vendor),
  model: model(vendor, name),
  timeouts,
});
const [first, second] = [target('one', 'a'), target('two', 'b')];
const node: RouteNode = {
  strategy: { kind: 'weighted' },
  members: [
    { name: 'big', weight: 9, choice: first },
    {
      name: 'rest',
      weight: 1,
      choice: { strategy: { kind: 'cheapest' }, members: [{ name: 'b', weight: 1, choice: second }] },
    },
  ],
};

const own = (organization: OwnCredential['organization'], id: string, fallback = false): OwnCredential => ({
  organization,
  credential: credential(id),
  fallback,
});

const parts: NameParts = {
  credentials: [credential('one'), credential('two')],
  catalog: {
    models: listed,
    find: (vendor, name) => listed.find(({ id }) => id === `${vendor}/${name}`),
  },
  routes: [{ name: 'mixed', node, targets: [first, second] }],
  own: [
    own({ name: 'acme' }, 'acme:one', true),
    own({ name: 'box' }, 'box:one'),
    own({ name: 'box' }, 'box:extra', true),
    own({ id: 'org_3' }, 'org_3:one'),
    own({ id: 'org_3' }, 'org_3:two'),
    own({ name: 'third' }, 'third:one'),
  ],
  ownFees: new Map([['acme', 250]]),
  timeouts,
};

const base = buildNames(parts);
const names = new OrganizationNames(parts, base);
const acme = names.of({ id: 'org_1', name: 'acme' });
const box = names.of({ id: 'org_2', name: 'box' });
const third = names.of({ id: 'org_3', name: 'third' });

function targetsOf(found: Resolution | undefined): readonly string[] {
  if (found === undefined || !('route' in found)) throw new Error('it does not resolve to a route');
  return found.route.targets.map((each) => `${each.credential.id} ${each.model.id}`);
}

describe('an organization with credentials of its own', () => {
  it('has its own first, and the platform’s behind it only where it falls back', () => {
    expect(targetsOf(acme?.resolve('one/a'))).toEqual(['acme:one one/a', 'one one/a']);
    expect(targetsOf(box?.resolve('one/a'))).toEqual(['box:one one/a']);
    expect(targetsOf(acme?.resolve('two/b'))).toEqual(['two two/b']);
  });

  it('keeps weights and arms of routes: both credentials are one member', () => {
    const found = acme?.resolve('mixed');
    if (found === undefined || !('route' in found)) throw new Error('no route');
    expect(targetsOf(found)).toEqual(['acme:one one/a', 'one one/a', 'two two/b']);
    const members = found.route.node?.members ?? [];
    expect(members.map(({ name, weight }) => [name, weight])).toEqual([
      ['big', 9],
      ['rest', 1],
    ]);
    const [big] = members;
    expect(big !== undefined && isNode(big.choice) && big.choice.strategy.kind).toBe('fallback');
    expect(targetsOf(box?.resolve('mixed'))).toEqual(['box:one one/a', 'two two/b']);
  });

  it('has providers that nobody else has, and never the platform’s place-holder for them', () => {
    expect(targetsOf(box?.resolve('extra/c'))).toEqual(['box:extra extra/c']);
    expect(box?.listModels().map(({ id }) => id)).toContain('extra/c');
    for (const others of [base, acme, third]) {
      expect(others?.resolve('extra/c')).toEqual({ missing: true });
      expect(others?.listModels().map(({ id }) => id)).not.toContain('extra/c');
    }
    expect(base.resolve('a')).toEqual({ ambiguous: ['one/a', 'two/a'] });
    expect(box?.resolve('a')).toEqual({ ambiguous: ['extra/a', 'one/a', 'two/a'] });
  });

  it('is known by its name from the file and by its id from the database; the file wins', () => {
    expect(targetsOf(third?.resolve('one/a'))).toEqual(['third:one one/a']);
    expect(targetsOf(third?.resolve('two/b'))).toEqual(['org_3:two two/b']);
    expect(names.of({ id: 'org_9', name: 'org_3' })).toBeUndefined();
    expect(names.of({ id: 'org_9', name: 'nobody' })).toBeUndefined();
  });

  it('owns what it is given, with its fee', () => {
    const found = acme?.resolve('one/a');
    const [mine, platforms] = found !== undefined && 'route' in found ? found.route.targets : [];
    expect(mine?.credential).toMatchObject({ ownedBy: 'acme', feeBasisPoints: 250 });
    expect(platforms?.credential.ownedBy).toBeUndefined();
    expect(acme?.listCredentials?.().map((each) => each.credential.id)).toEqual(['acme:one', 'one', 'two']);
    expect(providerNameOf('acme:one')).toBe('one');
  });

  it('gets the same route each time, and those of others are the platform’s own', () => {
    expect(acme?.resolve('mixed')).toEqual(acme?.resolve('mixed'));
    const [mine, theirs] = [acme?.resolve('two/b'), base.resolve('two/b')];
    expect(mine !== undefined && 'route' in mine && mine.route).toBe('route' in theirs && theirs.route);
  });
});

describe('where nobody has any', () => {
  it('there are no views', () => {
    const { own: _, ...plain } = parts;
    expect(new OrganizationNames(plain, base).isEmpty).toBe(true);
    expect(names.isEmpty).toBe(false);
  });
});
