/** The control plane: the management API, what it shows of requests as they happen and as they were, and its jobs. */
import type { Config } from '../config.ts';
import { conversationReader } from '../content-conversation.ts';
import { createApi } from '../control/api/api.ts';
import { ContentKeeper } from '../control/content/keeper.ts';
import { addJob, startJobs } from '../control/jobs/queue.ts';
import { listTasks } from '../control/jobs.ts';
import { Live } from '../control/live/live.ts';
import { type Mailer, openMailer } from '../control/mail/mailer.ts';
import { priceVersionsTask } from '../control/models/price-versions.ts';
import type { RouteSimulation } from '../control/naming/tools.ts';
import { driftTools } from '../declared-things.ts';
import { openPayments } from '../payments.ts';
import { openSignIn } from '../signing-in.ts';
import type { Knowledge } from './knowledge.ts';
import type { Base, Parts } from './parts.ts';

export type Management = Pick<Parts, 'content' | 'live' | 'api'>;

export async function openManagement(
  base: Base,
  { naming, snapshot }: Knowledge,
  parts: Partial<Parts>,
): Promise<Management> {
  const { config, store, clock, log, name, secrets } = base;
  const stripe = openPayments(config, { store, clock, log });
  const mailer = mailerOf(config);
  const content = new ContentKeeper({ store, secrets, reader: conversationReader, clock, log });
  parts.content = content;
  const live = new Live({ store, instance: name, clock, log });
  parts.live = live;
  const api = await createApi({
    conversation: conversationReader,
    content,
    live,
    store,
    snapshot,
    clock,
    log,
    refresh: () => snapshot.refresh(),
    stripe,
    routing: naming.routing,
    providerKeys: naming.providerKeys,
    secrets,
    // Nobody asks before there is a port.
    providers: naming.providers((credential) => parts.gateway?.healthOf(credential)),
    ...naming.modelParts,
    drift: driftTools(config, base.importDeclared),
    simulation: simulationBy(parts),
    signIn: await openSignIn(config, { store, secrets, log }),
    mailer,
  });
  parts.api = api;
  const { plans: grace, retention } = config;
  const tasks = listTasks({ store, clock, log, grace, retention, stripe, mail: mailer, secrets, snapshot });
  parts.jobs = await startJobs({ store, log, tasks });
  await addJob(store, store.db, { task: priceVersionsTask, payload: {}, key: priceVersionsTask });
  return { content, live, api };
}

/** Undefined: no mail is sent. */
function mailerOf({ mail: { url, from } }: Config): Mailer | undefined {
  return url === undefined || from === undefined ? undefined : openMailer({ url, from });
}

function simulationBy(parts: Partial<Parts>): RouteSimulation {
  return {
    async simulate(ask) {
      if (parts.gateway === undefined) throw new Error('a simulation was asked of a gateway that does not run yet');
      return parts.gateway.simulate(ask);
    },
  };
}
