/** The API about itself. */
import { z } from 'zod';
import { describeApi, type OpenApi } from './openapi.ts';
import { referenceOf } from './reference.ts';
import { pagePolicy, pageStyle, renderPage } from './reference-page.ts';
import { type ApiRoute, downloadRoute, route } from './route.ts';

/** `routes`: all there are, these included; asked for when somebody looks. */
export function referenceRoutes(routes: () => readonly ApiRoute[]): readonly ApiRoute[] {
  const tag = 'reference';
  // Made once, by the first who looks: anybody may, as often as they like.
  let described: OpenApi | undefined;
  let page: string | undefined;
  return [
    route({
      method: 'GET',
      path: '/openapi.json',
      tag,
      summary: 'Get this API as OpenAPI 3.1',
      answer: z.looseObject({ openapi: z.string() }),
      async handle() {
        described ??= describeApi(routes());
        return { ...described };
      },
    }),
    downloadRoute({
      method: 'GET',
      path: '/docs',
      tag,
      summary: 'Read this API as a page',
      produces: 'text/html; charset=utf-8',
      async handle() {
        page ??= renderPage(referenceOf(routes()));
        return { body: page, headers: { 'content-security-policy': pagePolicy, 'referrer-policy': 'no-referrer' } };
      },
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
