/** A model's name to a route: what it stands for, before anybody is chosen. */
import { LlmFailure } from '../llm/error.ts';
import { type Preferences, splitSuffix } from '../routing/preferences.ts';
import { isListed, keyMayCall } from '../snapshot/allow-list.ts';
import type { Key, Route, Snapshot } from '../snapshot/snapshot.ts';
import { type RouteMember, targetsOf } from '../snapshot/strategy.ts';

export interface Found {
  readonly route: Route;
  /** What the request wishes, with what its model's name says (`:floor`). */
  readonly preferences: Preferences;
}

/**
 * Throws LlmFailure: model-not-found, invalid-request (ambiguous name), forbidden (not on the key's list). Other models
 * that the request names are asked after the first one.
 */
export function findAsked(snapshot: Snapshot, key: Key, model: string, wished: Preferences): Found {
  const { route, sort } = findNamed(snapshot, key, model, wished);
  const preferences = sort === undefined ? wished : { ...wished, sort };
  const others = (wished.models ?? []).filter((name) => name !== model);
  if (others.length === 0) return { route, preferences };
  const routes = [route, ...others.map((name) => findNamed(snapshot, key, name, wished).route)];
  return { route: inOrder(routes), preferences };
}

/** Throws LlmFailure, as `findAsked`. */
export function findRoute(snapshot: Snapshot, key: Key, model: string): Route {
  return allowed(key, model, resolved(snapshot, model));
}

type Sort = NonNullable<Preferences['sort']>;

/** A model whose own name ends like a wish is called by its name. */
function findNamed(snapshot: Snapshot, key: Key, model: string, wished: Preferences): { route: Route; sort?: Sort } {
  const { model: bare, sort: meant } = splitSuffix(model);
  const sort = meant !== undefined && isListedModel(snapshot, model) ? undefined : meant;
  const name = sort === undefined ? model : bare;
  const found = snapshot.resolve(name);
  const mayChoose = sort !== undefined || wished.sort !== undefined || wished.order !== undefined;
  const route =
    'ambiguous' in found && (mayChoose || wished.only !== undefined)
      ? anyOf(name, found.ambiguous, snapshot)
      : resolved(snapshot, name);
  return { route: allowed(key, name, route), ...(sort && { sort }) };
}

function isListedModel(snapshot: Snapshot, name: string): boolean {
  return snapshot.listModels().some((model) => model.id === name || model.name === name);
}

/** Several providers serve the model, and the request says how to choose among them. */
function anyOf(name: string, ids: readonly string[], snapshot: Snapshot): Route {
  const targets = ids.flatMap((id) => {
    const found = snapshot.resolve(id);
    return 'route' in found ? found.route.targets : [];
  });
  const members = targets.map((target): RouteMember => ({ name: target.model.id, weight: 1, choice: target }));
  return { name, node: { strategy: { kind: 'cheapest' }, members }, targets };
}

function inOrder(routes: readonly Route[]): Route {
  const members = routes.map((route): RouteMember => {
    const [only] = route.targets;
    const choice = route.node ?? (only && route.targets.length === 1 ? only : asListed(route));
    return { name: route.name, weight: 1, choice };
  });
  const node = { strategy: { kind: 'fallback' as const }, members };
  const [first, ...besides] = routes as [Route, ...Route[]];
  return { ...first, node, targets: targetsOf(node), ...(besides.some(({ limits }) => limits) && { besides }) };
}

function asListed({ targets }: Route) {
  const members = targets.map((target): RouteMember => ({ name: target.model.id, weight: 1, choice: target }));
  return { strategy: { kind: 'fallback' as const }, members };
}

function resolved(snapshot: Snapshot, model: string): Route {
  const found = snapshot.resolve(model);
  if ('missing' in found) throw notFound(model);
  if ('ambiguous' in found) throw ambiguous(model, found.ambiguous);
  return found.route;
}

function allowed(key: Key, model: string, route: Route): Route {
  const names = [model, route.name, ...route.targets.map((target) => target.model.id)];
  if (!keyMayCall(key, names)) throw isListed(key.models, names) ? notInPlan(key, model) : notAllowed(key, model);
  return route;
}

/** A route that the operator named, for whatever key. Throws LlmFailure (internal). */
export function findOwn(snapshot: Snapshot, name: string): Route {
  const found = snapshot.resolve(name);
  if ('route' in found) return found.route;
  throw new LlmFailure({
    kind: 'internal',
    message: `A budget of this key switches to ${JSON.stringify(name)}, which does not exist. The operator corrects it.`,
  });
}

function notFound(model: string): LlmFailure {
  return new LlmFailure({
    kind: 'model-not-found',
    message: `The model ${JSON.stringify(model)} does not exist here. GET /v1/models lists what this key may call.`,
    param: 'model',
    code: 'model_not_found',
  });
}

function ambiguous(model: string, candidates: readonly string[]): LlmFailure {
  const list = candidates.slice(0, 8).join(', ');
  return new LlmFailure({
    kind: 'invalid-request',
    message: `The name ${JSON.stringify(model)} is served by more than one provider. Say which one: ${list}.`,
    param: 'model',
    code: 'model_ambiguous',
  });
}

function notAllowed(key: Key, model: string): LlmFailure {
  const allowed = (key.models ?? []).slice(0, 8).join(', ');
  return new LlmFailure({
    kind: 'forbidden',
    message: `The key ${JSON.stringify(key.name)} may not call ${JSON.stringify(model)}. It may call: ${allowed}.`,
    param: 'model',
    code: 'model_not_allowed',
  });
}

function notInPlan({ organization }: Key, model: string): LlmFailure {
  const allowed = (organization.models ?? []).slice(0, 8).join(', ');
  return new LlmFailure({
    kind: 'forbidden',
    message: `The plan ${organization.plan?.name} of the organization ${organization.name} does not include ${JSON.stringify(model)}. It includes: ${allowed}. Choose one of these, or another plan.`,
    param: 'model',
    code: 'model_not_in_plan',
  });
}
