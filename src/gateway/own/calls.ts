/** Every call that the gateway itself answers, beside its lists of models. */
import { feedbackCall } from './feedback.ts';
import type { OwnCall } from './own-call.ts';
import { providersCall } from './providers.ts';
import { quoteCall } from './quote.ts';

const ownCalls: ReadonlyMap<string, OwnCall> = new Map(
  [quoteCall, feedbackCall, providersCall].map((call) => [call.path, call]),
);

/** `path`: as it stands in the request, without query. */
export function findOwnCall(path: string): OwnCall | undefined {
  return ownCalls.get(path);
}
