import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { appRoute } from '@/app/root.tsx';
import { optionalFlag, optionalNumber, optionalOneOf, optionalText } from '@/lib/search.ts';
import { efforts } from './conversation.ts';

const modelLengthMax = 300;

export const playgroundRoute = createRoute({
  getParentRoute: () => appRoute,
  path: 'playground',
  validateSearch: z.object({
    models: z.catch(
      z.optional(z.array(z.string().check(z.minLength(1), z.maxLength(modelLengthMax))).check(z.maxLength(4))),
      undefined,
    ),
    /** What is too long for an address stays on the page alone. */
    system: optionalText,
    temperature: optionalNumber,
    topP: optionalNumber,
    maxTokens: optionalNumber,
    effort: optionalOneOf(efforts),
    /** The id of one whose content was kept: it is gone on with. */
    request: optionalText,
    /** It is asked again at once. */
    run: optionalFlag,
  }),
  component: lazyRouteComponent(() => import('./playground-page.tsx'), 'PlaygroundPage'),
});
