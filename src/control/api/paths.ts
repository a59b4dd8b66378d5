/** Paths of routes: as Fastify writes them, and which methods one of a caller has. */
import { ApiFailure } from './failure.ts';
import type { ApiRoute } from './route.ts';

export const apiRoot = '/api/v1';

export function toFastifyPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

/** What a request gets that no route takes: 405 where another method would do, else 404. */
export function nothingAt(method: string, url: string, routes: readonly ApiRoute[]): ApiFailure {
  const path = url.split('?', 1)[0] ?? '';
  const shown = path.slice(0, shownMax);
  const methods = methodsAt(path, routes);
  if (methods.length === 0) {
    return new ApiFailure('not_found', `There is nothing at ${shown}.`, {
      remedy: `The reference at ${apiRoot}/docs lists every path.`,
    });
  }
  const allow = methods.join(', ');
  return new ApiFailure('method_not_allowed', `${method.slice(0, 16)} is not allowed at ${shown}.`, {
    remedy: `Use ${allow}.`,
    headers: { allow },
  });
}

const shownMax = 128;

/** A path that stands in the reference as it is has the methods that stand there, and none of `/models/{modelId}`. */
function methodsAt(path: string, routes: readonly ApiRoute[]): readonly string[] {
  const literal = routes.filter((route) => `${apiRoot}${route.path}` === path);
  const found = literal.length > 0 ? literal : routes.filter((route) => matches(route.path, path));
  const methods = found.map(({ method }) => method);
  return methods.includes('GET') ? ['GET', 'HEAD', ...methods.filter((method) => method !== 'GET')] : methods;
}

function matches(pattern: string, path: string): boolean {
  const [wanted, given] = [`${apiRoot}${pattern}`.split('/'), path.split('/')];
  return (
    wanted.length === given.length && wanted.every((part, i) => (part.startsWith('{') ? given[i] : part === given[i]))
  );
}
