/**
 * Names whose targets stand for several credentials: wherever a target is, what stands for it takes its place, as one
 * member of its route, so that weights, arms and order stay as they are.
 */
import type { Names } from './names.ts';
import type { Route, Target } from './snapshot.ts';
import { isNode, type RouteMember, type RouteNode, targetsOf } from './strategy.ts';

/** Undefined: the target stands for itself. */
export type ChoiceFor = (target: Target) => Target | RouteNode | undefined;

export function expandedNames(base: Names, choiceFor: ChoiceFor): Names {
  const made = new WeakMap<Route, Route>();
  const expanded = (route: Route): Route => {
    const known = made.get(route) ?? expandedRoute(route, choiceFor);
    made.set(route, known);
    return known;
  };
  return {
    resolve(name) {
      const found = base.resolve(name);
      return 'route' in found ? { route: expanded(found.route) } : found;
    },
    listModels: () => base.listModels(),
    listRoutes: () => base.listRoutes().map(expanded),
    listCredentials: () =>
      (base.listCredentials?.() ?? []).flatMap((each) => {
        // A model says nothing of whose credential is used.
        const choice = choiceFor({ ...each, model: noModel });
        if (choice === undefined) return [each];
        const targets = isNode(choice) ? targetsOf(choice) : [choice];
        return targets.map(({ credential }) => ({ ...each, credential }));
      }),
  };
}

const noModel = Object.freeze({}) as Target['model'];

function expandedRoute(route: Route, choiceFor: ChoiceFor): Route {
  if (route.targets.every((target) => choiceFor(target) === undefined)) return route;
  const node = expandedNode(route.node ?? asListed(route), choiceFor);
  return Object.freeze({ ...route, node, targets: targetsOf(node) });
}

function expandedNode({ strategy, members }: RouteNode, choiceFor: ChoiceFor): RouteNode {
  return {
    strategy,
    members: members.map((member) => {
      const { choice } = member;
      return { ...member, choice: isNode(choice) ? expandedNode(choice, choiceFor) : (choiceFor(choice) ?? choice) };
    }),
  };
}

function asListed({ targets }: Route): RouteNode {
  return { strategy: { kind: 'fallback' }, members: targets.map(memberFor) };
}

export function memberFor(target: Target): RouteMember {
  return { name: target.model.id, weight: 1, choice: target };
}
