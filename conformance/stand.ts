/** The real data plane in this process, with one provider behind it; what it settles is kept in memory. */
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { loadCatalog } from '../src/catalog/load.ts';
import type { ActiveProvider } from '../src/config/active-provider.ts';
import { createGateway } from '../src/gateway/gateway.ts';
import type { Journal, SettlementRecord } from '../src/journal/record.ts';
import { systemClock } from '../src/lib/clock.ts';
import { silentLog } from '../src/lib/log.ts';
import type { Key, Snapshot, Timeouts } from '../src/snapshot/snapshot.ts';
import { ask, type Told } from './ask.ts';
import type { Client, Question } from './question.ts';

export interface Asked extends Told {
  /** What the gateway counted and charged. */
  readonly row: SettlementRecord | undefined;
}

export interface Stand {
  /** Undefined: the client's dialect has no words for the question. */
  ask(client: Client, question: Question): Promise<Asked | undefined>;
  close(): Promise<void>;
}

const timeouts: Timeouts = {
  connectMs: 10_000,
  firstTokenMs: 120_000,
  wholeMs: 170_000,
  idleMs: 60_000,
  totalMs: 170_000,
};

export async function startStand(active: ActiveProvider): Promise<Stand> {
  const key = `tg-${randomBytes(24).toString('hex')}`;
  const rows = new Map<string, SettlementRecord>();
  const gateway = createGateway({
    snapshot: { current: snapshotOf(active, key) },
    journal: memoryJournal(rows),
    clock: systemClock,
    log: silentLog,
    instance: 'conformance',
  });
  const { port } = await gateway.listen({ host: '127.0.0.1', port: 0 });
  return {
    ask: async (client, question) => {
      const told = await ask(`http://127.0.0.1:${port}`, key, client, question);
      return told && { ...told, row: await settled(rows, told.requestId) };
    },
    close: async () => {
      gateway.failAll();
      await gateway.close();
    },
  };
}

/** Any name is the provider's, at no price: what it costs is on the vendor's bill alone. */
function snapshotOf(active: ActiveProvider, secret: string): Snapshot {
  const { models, deployments, ...credential } = active;
  const { id } = credential;
  const catalog = loadCatalog({
    providers: [{ id, selfHosted: true, models, deployments }],
    overrides: {},
    nowMs: systemClock.nowMs(),
  });
  const key: Key = {
    id: 'key_conformance',
    name: 'conformance',
    kind: 'call',
    organization: { id: 'org_conformance', name: 'conformance', disabled: false },
  };
  return {
    version: 1,
    keys: new Map([[createHash('sha256').update(secret).digest('hex'), key]]),
    resolve: (name) => {
      const model = catalog.find(id, name);
      if (model === undefined) return { missing: true };
      return { route: { name, strategy: 'fallback', targets: [{ credential, model, timeouts }] } };
    },
    listModels: () => [],
    listRoutes: () => [],
  };
}

function memoryJournal(rows: Map<string, SettlementRecord>): Journal {
  return {
    writable: true,
    intent: () => {},
    attempt: () => {},
    progress: () => {},
    settle: (record) => rows.set(record.requestId, record),
  };
}

/** A stream is settled a moment after its caller has read its end. */
async function settled(rows: Map<string, SettlementRecord>, requestId: string): Promise<SettlementRecord | undefined> {
  for (let tries = 0; tries < 300 && !rows.has(requestId); tries++) await pause(10);
  return rows.get(requestId);
}
