/** The description of the API with examples in it: things that are there, and bodies that are right. */
import type { OpenApi } from '../../../src/control/api/openapi.ts';
import { type ApiRoute, routeName } from '../../../src/control/api/route.ts';
import { apiRoutes } from '../../../src/control/api/routes.ts';
import { bodies, makeThings, parametersOf, type Things } from '../../api/bodies.ts';
import type { Asked } from '../../api/fixtures.ts';

/** Secrets that work once, for the routes that take them. */
export type Links = Readonly<Record<string, string>>;

/** Each operation gets things of its own: what one deletes is there for the others. */
export async function describedWith(plain: OpenApi, asked: Asked, links: Links): Promise<OpenApi> {
  const description = structuredClone(plain) as { paths: Record<string, Record<string, Described>> };
  for (const route of apiRoutes) {
    const operation = description.paths[route.path]?.[route.method.toLowerCase()];
    if (operation === undefined) throw new Error(`${routeName(route)} is not described`);
    const organizationId = (await asked.ask('POST /organizations', { body: { name: `of ${routeName(route)}` } })).body
      .id;
    await describe(operation, route, asked, organizationId, links);
  }
  return description as unknown as OpenApi;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  examples?: object;
}

interface Described {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Record<string, { examples?: object }> };
}

async function describe(
  { parameters = [], requestBody }: Described,
  route: ApiRoute,
  asked: Asked,
  organizationId: string,
  links: Links,
): Promise<void> {
  const things = await makeThings(asked, organizationId, [...parametersOf(route), ...behind(route)]);
  await prepare(route, asked, { organizationId, ...things });
  for (const parameter of parameters) {
    const value = exampleOf(parameter, route, { organizationId, ...things });
    if (value !== undefined) parameter.examples = { there: { value } };
  }
  if (requestBody === undefined) return;
  const body = { ...bodies({ organizationId, ...things })[routeName(route)], ...linkOf(route, links) };
  for (const content of Object.values(requestBody.content)) content.examples = { right: { value: body } };
}

function exampleOf({ name, in: where }: Parameter, { path }: ApiRoute, things: Things): string | undefined {
  if (where === 'path') return things[name] && decodeURIComponent(things[name]);
  if (name === 'organizationId' && path.startsWith('/end-users/')) return things.organizationId;
  return name === 'by' && path === '/usage/summary' ? 'model' : undefined;
}

/** Whoever changes a subscription has one. */
async function prepare({ method, path }: ApiRoute, asked: Asked, things: Things): Promise<void> {
  if (!path.includes('/subscription') || `${method} ${path}` === 'POST /organizations/{organizationId}/subscription')
    return;
  const body = { plan: (await makeThings(asked, '', ['planId'])).planId, pays: 'invoice' };
  await asked.ask(`POST /organizations/${things.organizationId}/subscription`, { body });
}

/** What a body names beside the path. */
function behind({ path }: ApiRoute): readonly string[] {
  if (path.includes('/subscription')) return ['planId'];
  return path === '/upstreams' ? ['providerName'] : [];
}

function linkOf(route: ApiRoute, links: Links): object {
  const token = links[routeName(route)];
  return token === undefined ? {} : { token };
}
