/** A model's name to an ordered list of targets. */
import { LlmFailure } from '../llm/error.ts';
import { isListed, keyMayCall } from '../snapshot/allow-list.ts';
import type { Key, Route, Snapshot } from '../snapshot/snapshot.ts';

/** Throws LlmFailure: model-not-found, invalid-request (ambiguous name), forbidden (not on the key's list). */
export function findRoute(snapshot: Snapshot, key: Key, model: string): Route {
  const found = snapshot.resolve(model);
  if ('missing' in found) throw notFound(model);
  if ('ambiguous' in found) throw ambiguous(model, found.ambiguous);
  const names = [model, found.route.name, ...found.route.targets.map((target) => target.model.id)];
  if (!keyMayCall(key, names)) throw isListed(key.models, names) ? notInPlan(key, model) : notAllowed(key, model);
  return found.route;
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
