/** The API about itself. */
import { z } from 'zod';
import { describeApi } from './openapi.ts';
import { referenceOf } from './reference.ts';
import { pagePolicy, pageStyle, renderPage } from './reference-page.ts';
import { type ApiRoute, downloadRoute, route } from './route.ts';

/** `routes`: all there are, these included; asked for when somebody looks. */
export function referenceRoutes(routes: () => readonly ApiRoute[]): readonly ApiRoute[] {
  const tag = 'reference';
  return [
    route({
      method: 'GET',
      path: '/openapi.json',
      tag,
      summary: 'Get this API as OpenAPI 3.1',
      answer: z.looseObject({ openapi: z.string() }),
      handle: async () => ({ ...describeApi(routes()) }),
    }),
    downloadRoute({
      method: 'GET',
      path: '/docs',
      tag,
      summary: 'Read this API as a page',
      produces: 'text/html; charset=utf-8',
      handle: async () => ({
        body: renderPage(referenceOf(routes())),
        headers: { 'content-security-policy': pagePolicy, 'referrer-policy': 'no-referrer' },
      }),
    }),
    downloadRoute({
      method: 'GET',
      path: '/docs/style.css',
      tag,
      summary: "Get the page's style",
      produces: 'text/css; charset=utf-8',
      handle: async () => ({ body: pageStyle }),
    }),
  ];
}
