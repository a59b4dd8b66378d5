/** A price that changes moves the next request: newer price data replace the names of a running gateway. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../../src/lib/log.ts';
import { compileRoute } from '../../src/routing/compile.ts';
import { orderOf, targetOf } from '../../src/routing/decision.fixture.ts';
import { routeDefinition } from '../../src/routing/definition.ts';
import { type LiveSnapshot, openLiveSnapshot } from '../../src/snapshot/live.ts';
import type { NameParts } from '../../src/snapshot/names.ts';
import type { Route } from '../../src/snapshot/snapshot.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';

let database: TestDatabase;
let live: LiveSnapshot;
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(async () => {
  await live.close();
  await database.close();
});

/** Two providers at these prices, and routes over both. */
function namesAt(one: number, two: number): NameParts {
  const targets = [
    targetOf('one/m', { price: { input: one, output: one } }),
    targetOf('two/m', { price: { input: two, output: two } }),
  ];
  const [{ timeouts }] = targets as [(typeof targets)[number]];
  const find = (id: string) => targets.find(({ model }) => model.id === id);
  const routes = ['cheapest', 'balanced'].map((strategy) => {
    const definition = routeDefinition.parse({ strategy, explore: 0, targets: ['one/m', 'two/m'] });
    return compileRoute(strategy, definition, { find, route: () => undefined, timeouts }).route as Route;
  });
  const models = targets.map(({ model }) => model);
  return {
    credentials: targets.map(({ credential }) => credential),
    catalog: { models, find: (provider, name) => find(`${provider}/${name}`)?.model },
    routes,
    timeouts,
  };
}

function asked(name: string): readonly string[] {
  const found = live.current.resolve(name);
  if (!('route' in found)) throw new Error(`${name} is no route`);
  return orderOf(found.route);
}

it.each(['cheapest', 'balanced'])(
  'the next request of a route that is %s goes where it is cheaper now',
  async (name) => {
    live = await openLiveSnapshot({ store: await database.open(), names: namesAt(1, 2), log: silentLog });
    const before = live.current;
    expect(asked(name)).toEqual(['one/m', 'two/m']);
    live.replaceNames(namesAt(3, 2));
    expect(asked(name)).toEqual(['two/m', 'one/m']);
    // A request that began before keeps its snapshot to its end.
    const found = before.resolve(name);
    expect('route' in found && orderOf(found.route)).toEqual(['one/m', 'two/m']);
  },
);
