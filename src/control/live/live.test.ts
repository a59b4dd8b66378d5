/** The live view without sockets: records in, events out. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts';
import { until } from '../../../test/until.ts';
import type { IntentRecord, OpeningRecord, ProgressRecord, SettlementRecord } from '../../journal/record.ts';
import { silentLog } from '../../lib/log.ts';
import { noUsage } from '../../llm/usage.ts';
import type { Store } from '../../store/store.ts';
import { ApiFailure } from '../api/failure.ts';
import type { LiveFrame, LiveRequest } from './frame.ts';
import { Live } from './live.ts';
import { viewersMax, viewersPerOrganizationMax } from './room.ts';
import type { ViewerFacts } from './viewer.ts';

let database: TestDatabase;
let store: Store;
const opened: Live[] = [];

beforeAll(async () => {
  database = await testDatabase();
  store = await database.open();
});

afterEach(() => {
  for (const live of opened.splice(0)) live.close();
});

afterAll(async () => {
  await database.close();
});

function open(instance = 'one') {
  const time = { ms: 1_000 };
  const clock = { nowMs: () => time.ms, monotonicMs: () => time.ms };
  const live = new Live({ store, instance, clock, log: silentLog, tickMs: 1_000_000 });
  opened.push(live);
  return { live, time };
}

const yes = async () => true;
const operator: ViewerFacts = { organizationId: undefined, house: true, allowed: yes };
const member = (organizationId: string): ViewerFacts => ({ organizationId, house: false, allowed: yes });

/** Reads what has come so far. */
function reader(live: Live, facts: ViewerFacts) {
  const stream = live.open(facts);
  const read = () => {
    const text = stream.read()?.toString() ?? '';
    return [...text.matchAll(/(?:id: (\S+)\n)?event: (\w+)\ndata: (.*)\n\n/g)].map(([, id, event, data = '']) => ({
      id,
      event,
      frame: JSON.parse(data) as LiveFrame & { reason?: string },
    }));
  };
  return { stream, read };
}

const states = (requests: readonly LiveRequest[] = []) => requests.map(({ id, state }) => `${id} ${state}`);

function intent(requestId: string, organizationId = 'org_1'): IntentRecord {
  return {
    type: 'intent',
    requestId,
    instance: 'one',
    startedAtMs: 500,
    operation: 'chat',
    keyId: 'key_1',
    organizationId,
    requestedModel: 'm',
    clientDialect: 'openai-chat',
    stream: true,
    snapshotVersion: 1,
    inputTokensEstimate: 12,
  };
}

function attempt(requestId: string, number = 1) {
  return {
    type: 'attempt',
    requestId,
    attemptId: `${requestId}-${number}`,
    startedAtMs: 600,
    target: `mock/${number}`,
    provider: 'mock',
    credential: 'mock',
    upstreamDialect: 'openai-chat',
    inputNanoUsd: '12',
    outputPicoUsd: '1',
  } as const;
}

const progress = (requestId: string, output: number): ProgressRecord => ({
  type: 'progress',
  requestId,
  usage: { ...noUsage, input: 12, output },
  costNanoUsd: String(1_000 * output),
  chargeNanoUsd: String(2_000 * output),
  firstTokenMs: 40.4,
});

const settled = (requestId: string, status: SettlementRecord['status'] = 'completed', organizationId?: string) =>
  ({
    ...intent(requestId, organizationId),
    type: 'settlement',
    status,
    httpStatus: status === 'completed' ? 200 : 502,
    usage: { ...noUsage, input: 10, output: 100 },
    estimated: false,
    recovered: false,
    flags: [],
    costNanoUsd: '100000',
    chargeNanoUsd: '200000',
    totalMs: 99.6,
    overheadMs: 1,
    attempts: [],
    dropped: [],
    settledAtMs: 700,
    ...(status === 'failed' && { errorKind: 'upstream' }),
  }) as SettlementRecord;

describe('a viewer', () => {
  it('sees a request begin, be asked, count up and end', () => {
    const { live } = open();
    const { read } = reader(live, operator);
    expect(read()).toMatchObject([{ event: 'snapshot', frame: { requests: [], skipped: 0 } }]);
    live.intent(intent('req_1'));
    live.tick();
    expect(read()).toMatchObject([
      {
        event: 'requests',
        frame: { requests: [{ id: 'req_1', state: 'waiting', inputTokens: 12, chargeUsd: '0.00' }] },
      },
    ]);
    live.attempt(attempt('req_1', 2));
    live.follow({ running: () => [], progress: (wanted) => (wanted('req_1') ? [progress('req_1', 7)] : []) });
    live.tick();
    expect(read()[0]?.frame.requests).toMatchObject([
      { state: 'streaming', target: 'mock/2', attempts: 2, outputTokens: 7, chargeUsd: '0.000014', firstTokenMs: 40 },
    ]);
    live.follow({ running: () => [], progress: () => [progress('req_1', 9)] });
    live.tick();
    expect(read()[0]?.frame).toMatchObject({ requests: [], counts: [['req_1', { outputTokens: 9 }]] });
    live.settle(settled('req_1'));
    live.tick();
    expect(read()[0]?.frame.requests).toMatchObject([{ state: 'completed', chargeUsd: '0.0002', totalMs: 100 }]);
    live.tick();
    expect(read()).toEqual([]);
  });

  it('sees what began before anybody looked', () => {
    const { live } = open();
    const opening: OpeningRecord = {
      type: 'opening',
      requestId: 'req_1',
      intent: intent('req_1'),
      attempt: attempt('req_1'),
    };
    live.follow({ running: () => [opening], progress: () => [] });
    expect(states(reader(live, operator).read()[0]?.frame.requests)).toEqual(['req_1 asking']);
    expect(states(reader(live, member('org_2')).read()[0]?.frame.requests)).toEqual([]);
  });

  it('of an organization sees its own requests, without what providers take and which instance it was', () => {
    const { live } = open();
    const own = reader(live, member('org_1'));
    const others = reader(live, member('org_2'));
    const all = reader(live, operator);
    for (const { read } of [own, others, all]) read();
    live.intent(intent('req_1', 'org_1'));
    live.settle(settled('req_1', 'completed', 'org_1'));
    live.tick();
    expect(own.read()[0]?.frame.requests).toMatchObject([{ chargeUsd: '0.0002', costUsd: null, instance: null }]);
    expect(all.read()[0]?.frame.requests).toMatchObject([{ costUsd: '0.0001', instance: 'one' }]);
    expect(others.read()).toEqual([]);
  });

  it('that is slow is sent nothing more until it has taken what it was sent, and then only what is so now', () => {
    const { live, time } = open();
    const slow = reader(live, operator);
    const quick = reader(live, operator);
    quick.read();
    live.intent(intent('req_1'));
    for (let i = 1; i <= 50; i++) {
      live.follow({ running: () => [], progress: () => [progress('req_1', i)] });
      live.tick();
      quick.read();
    }
    expect(slow.read()).toMatchObject([{ event: 'snapshot', frame: { requests: [] } }]);
    live.tick();
    const [{ frame } = { frame: undefined }, ...more] = slow.read();
    expect([frame?.requests.map(({ outputTokens }) => outputTokens), more]).toEqual([[50], []]);
    live.intent(intent('req_2'));
    live.tick();
    live.tick();
    time.ms += 61_000;
    live.tick();
    expect(slow.stream.destroyed).toBe(true);
  });

  it('that may not look any more is told so, and its stream ends', async () => {
    const { live, time } = open();
    let allowed = true;
    const { read } = reader(live, { ...operator, allowed: async () => allowed });
    read();
    time.ms += 10_001;
    live.tick();
    await Promise.resolve();
    expect(read()).toEqual([]);
    allowed = false;
    time.ms += 10_001;
    live.tick();
    await Promise.resolve();
    expect(read()).toMatchObject([{ event: 'end', frame: { reason: 'signed-out' } }]);
  });

  it('hears a heartbeat where nothing happens', () => {
    const { live, time } = open();
    const { stream, read } = reader(live, operator);
    read();
    time.ms += 15_001;
    live.tick();
    expect(stream.read()?.toString()).toBe(':\n\n');
  });

  it('is told that the server stops', () => {
    const { live } = open();
    const { read } = reader(live, operator);
    read();
    live.close();
    expect(read()).toMatchObject([{ event: 'end', frame: { reason: 'stopping' } }]);
  });
});

describe('room', () => {
  it('is limited, for an organization and for all', () => {
    const { live } = open();
    for (let i = 0; i < viewersPerOrganizationMax; i++) live.open(member('org_1'));
    expect(() => live.open(member('org_1'))).toThrow(ApiFailure);
    for (let i = live.viewers; i < viewersMax; i++) live.open(operator);
    expect(() => live.open(operator)).toThrow(/limit/);
  });

  it('is free again when a viewer leaves; with the last one nothing is watched any more', async () => {
    const { live } = open();
    expect(live.watching).toBe(false);
    const { stream } = reader(live, operator);
    expect(live.watching).toBe(true);
    stream.destroy();
    await until('the viewer to be gone', () => live.viewers === 0);
    expect(live.watching).toBe(false);
  });
});

describe('several instances', () => {
  it('a viewer of one sees the requests of another, and that an instance which is gone will not end them', async () => {
    const here = open('here');
    const there = open('there');
    const { read } = reader(here.live, operator);
    const seen: LiveRequest[] = [];
    const look = () => {
      here.live.tick();
      there.live.tick();
      for (const { frame } of read()) seen.push(...frame.requests);
      return seen.at(-1);
    };
    await until('the other instance to be asked', () => {
      here.time.ms += 5_001;
      look();
      return there.live.watching;
    });
    there.live.intent({ ...intent('req_9'), instance: 'there' });
    await until('the request', () => look()?.id === 'req_9');
    expect(seen.at(-1)).toMatchObject({ state: 'waiting', instance: 'there', organizationId: 'org_1' });
    there.live.close();
    here.time.ms += 16_001;
    await until('its end', () => look()?.state === 'interrupted');
  });

  it('nobody tells anybody anything once the last viewer has left', async () => {
    const here = open('here-2');
    const there = open('there-2');
    const { stream } = reader(here.live, operator);
    await until('the other instance to be asked', () => {
      here.time.ms += 5_001;
      here.live.tick();
      return there.live.watching;
    });
    stream.destroy();
    await until('the other instance to be left alone', () => !there.live.watching);
  });
});
