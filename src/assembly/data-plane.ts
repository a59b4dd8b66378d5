/** The data plane, which hands to the management API and to the dashboard what is theirs. */
import path from 'node:path';
import type { Config } from '../config.ts';
import { openDashboard } from '../control/dashboard/dashboard.ts';
import { createGateway, type Gateway } from '../gateway/gateway.ts';
import { defaultSettings, type GatewaySettings } from '../gateway/settings.ts';
import { watched } from '../journal/watched-journal.ts';
import { storedFeedback } from '../store/feedback.ts';
import { storedIdempotency } from '../store/idempotency.ts';
import { storedResources } from '../store/resources.ts';
import type { Knowledge } from './knowledge.ts';
import type { Management } from './management.ts';
import type { Base, Parts } from './parts.ts';

/** As `npm run dashboard:build` leaves it, in a checkout and in the package: beside src/ and dist/. */
const builtDashboard = path.join(import.meta.dirname, '../../dashboard/dist');

/** Who says at once what it thinks of an answer waits this long for that answer's row. */
const feedbackShipMs = 2_000;

export function openDataPlane(
  { config, store, clock, log, name }: Base,
  { journal, shipper }: Pick<Parts, 'journal' | 'shipper'>,
  { snapshot, shared, leases }: Knowledge,
  { content, live, api }: Management,
): Gateway {
  const dashboard = openDashboard(builtDashboard);
  const { masterKey } = config.secrets;
  const gateway = createGateway({
    content,
    snapshot,
    journal: watched(journal, live),
    watcher: live,
    clock,
    log,
    instance: name,
    settings: settingsOf(config),
    leases: leases.book,
    resources: storedResources(store),
    idempotency: storedIdempotency(store),
    feedback: storedFeedback(store, () => shipper.flush(feedbackShipMs)),
    sharedLimits: shared?.limits,
    ...(shared && masterKey && { sharedAnswers: { bytes: shared.redis, secret: masterKey } }),
    others: (request, response) => dashboard.handle(request, response) || api.handle(request, response),
  });
  live.follow(gateway);
  return gateway;
}

function settingsOf({ server, seals, promptCache, budgets, cache }: Config): GatewaySettings {
  return {
    ...defaultSettings,
    ...server.limits,
    keepaliveMs: server.keepaliveMs,
    sealTtlMs: seals.ttlMs,
    sealBytesMax: seals.bytesMax,
    promptCacheMarks: promptCache.automaticMarks,
    growthStepTokens: budgets.growthStepTokens,
    cache: { ...defaultSettings.cache, ...cache },
  };
}
