import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crashImage, journalParent, openTestJournal, shipAll, turnEnd } from '../../test/harness/journal.ts';
import { attempt, intent, progress, settlement } from '../../test/harness/journal-records.ts';
import { until } from '../../test/until.ts';
import type { Log } from '../lib/log.ts';
import { silentLog } from '../lib/log.ts';
import { noUsage } from '../llm/usage.ts';
import type { FileJournal } from './file-journal.ts';
import { parseRecord, scanFrames } from './frames.ts';

describe('a request without settlement, after the process died,', () => {
  it('is settled at its last progress, as interrupted, recovered and estimated', async () => {
    const rows = await recovered((journal) => {
      journal.intent(intent('req_1'));
      journal.attempt(attempt('req_1'));
      journal.progress(progress('req_1', 10));
      journal.progress(progress('req_1', 20));
    });
    expect(rows).toEqual([
      {
        ...intent('req_1'),
        type: 'settlement',
        status: 'interrupted',
        httpStatus: 0,
        servedModel: 'vendor/model-1',
        provider: 'vendor',
        credential: 'default',
        upstreamDialect: 'anthropic',
        usage: { ...noUsage, input: 41, output: 20 },
        estimated: true,
        recovered: true,
        flags: ['recovered'],
        priceVersion: 'price-1',
        costNanoUsd: '430',
        totalMs: 10,
        overheadMs: 10,
        attempts: [
          {
            id: 'req_1-1',
            target: 'vendor/model-1',
            credential: 'default',
            startedAtMs: 1_010,
            durationMs: 0,
            status: 0,
            error: 'interrupted',
          },
        ],
        dropped: [],
        settledAtMs: expect.any(Number) as number,
      },
    ]);
  });

  it('is charged its input when a provider was asked and nothing was heard', async () => {
    const [row] = await recovered((journal) => {
      journal.intent(intent('req_1'));
      journal.attempt(attempt('req_1', 1));
      journal.attempt(attempt('req_1', 2));
    });
    expect(row).toMatchObject({
      usage: { ...noUsage, input: 40 },
      costNanoUsd: '400',
      estimated: true,
      servedModel: 'vendor/model-2',
      attempts: [{ id: 'req_1-1', durationMs: 10 }, { id: 'req_1-2' }],
    });
  });

  it('is settled the same whether its intent is a record of its own, as it once always was, or one with its attempt', async () => {
    const apart = await deadJournal((journal) => {
      journal.intent(intent('req_1'));
      journal.flush();
      journal.attempt(attempt('req_1'));
    });
    const joined = await deadJournal((journal) => {
      journal.intent(intent('req_1'));
      journal.attempt(attempt('req_1'));
    });
    expect([typesIn(apart), typesIn(joined)]).toEqual([['intent', 'attempt'], ['opening']]);
    const [[one], [other]] = [await shipAll(openTestJournal(apart)), await shipAll(openTestJournal(joined))];
    expect(one).toMatchObject({ requestId: 'req_1', status: 'interrupted', costNanoUsd: '400' });
    expect({ ...one, settledAtMs: 0 }).toEqual({ ...other, settledAtMs: 0 });
  });

  it('costs nothing when no provider was asked', async () => {
    const [row] = await recovered(async (journal) => {
      journal.intent(intent('req_1'));
      await until('the intent is written without an attempt', () => journal.stats().openRequests === 1);
    });
    expect(row).toMatchObject({ usage: noUsage, costNanoUsd: '0', estimated: false, attempts: [], recovered: true });
    expect(row?.servedModel).toBeUndefined();
  });

  it('is none when it was settled at once: the settlement alone is written', async () => {
    const image = await deadJournal((journal) => {
      journal.intent(intent('req_1'));
      journal.settle(settlement('req_1'));
    });
    expect(typesIn(image)).toEqual(['settlement']);
    const journal = openTestJournal(image);
    expect(journal.stats()).toMatchObject({ recoveredRequests: 0, unshippedRows: 1 });
    expect(await shipAll(journal)).toEqual([settlement('req_1')]);
  });

  it('is settled once, however often recovery is itself interrupted', async () => {
    const image = await deadJournal((journal) => {
      for (let i = 0; i < 20; i++) {
        journal.intent(intent(`req_${i}`));
        journal.attempt(attempt(`req_${i}`));
      }
    });
    const first = fs.readFileSync(join(image, '0000000001.log'));
    openTestJournal(image);
    const recoveries = fs.readFileSync(join(image, '0000000002.log'));
    for (let cut = 0; cut <= recoveries.length; cut += 97) {
      const again = join(journalParent(), 'again');
      fs.mkdirSync(again, { recursive: true });
      fs.writeFileSync(join(again, '0000000001.log'), first);
      fs.writeFileSync(join(again, '0000000002.log'), recoveries.subarray(0, cut));
      const journal = openTestJournal(again);
      const ids = (await shipAll(journal)).map((row) => row.requestId);
      expect(ids.toSorted()).toEqual(Array.from({ length: 20 }, (_, i) => `req_${i}`).toSorted());
      await journal.close();
    }
  });
});

describe('replay', () => {
  it('of every prefix of a journal gives each request exactly one settlement, and charges nobody who was not asked for', async () => {
    const parent = journalParent();
    const live = openTestJournal(join(parent, 'live'));
    for (let i = 0; i < 2; i++) {
      live.intent(intent(`req_${i}`));
      // One record with its attempt, or two.
      if (i % 2 === 1) live.flush();
      live.attempt(attempt(`req_${i}`));
      live.progress(progress(`req_${i}`, i));
      if (i % 2 === 0) live.settle(settlement(`req_${i}`));
      await turnEnd();
    }
    const bytes = fs.readFileSync(join(parent, 'live', '0000000001.log'));
    for (let cut = 0; cut <= bytes.length; cut++) {
      const directory = join(parent, `cut-${cut}`, 'one');
      fs.mkdirSync(directory, { recursive: true });
      fs.writeFileSync(join(directory, '0000000001.log'), bytes.subarray(0, cut));
      const journal = openTestJournal(directory);
      const rows = await shipAll(journal);
      const ids = rows.map((row) => row.requestId);
      expect(new Set(ids).size).toBe(ids.length);
      const text = bytes.subarray(0, cut).toString('latin1');
      const asked = ids.filter((id) => text.includes(`"attemptId":"${id}-1"`));
      expect(rows.filter((row) => row.costNanoUsd !== '0').every((row) => asked.includes(row.requestId))).toBe(true);
      await journal.close();
      fs.rmSync(join(parent, `cut-${cut}`), { recursive: true });
    }
  }, 60_000);

  it('ships settlements that were not shipped, and none twice when the position is kept', async () => {
    const parent = journalParent();
    const first = openTestJournal(join(parent, 'one'));
    for (const id of ['req_1', 'req_2', 'req_3']) first.settle(settlement(id));
    first.flush();
    const [source] = first.sources();
    const batch = await source?.read(2);
    expect(batch?.rows).toEqual([settlement('req_1'), settlement('req_2')].map((row) => JSON.stringify(row)));
    if (batch) source?.acknowledge(batch);
    await first.close();
    const second = openTestJournal(join(parent, 'one'));
    expect(second.stats().unshippedRows).toBe(1);
    expect((await shipAll(second)).map((row) => row.requestId)).toEqual(['req_3']);
  });

  it('ships everything again when the position file is lost or damaged', async () => {
    const parent = journalParent();
    for (const damage of [undefined, 'not json', '{"segment":-1}']) {
      const directory = join(parent, String(damage?.length), 'one');
      const first = openTestJournal(directory);
      first.settle(settlement('req_1'));
      first.flush();
      first.settle(settlement('req_2'));
      first.flush();
      const [source] = first.sources();
      const batch = await source?.read(1);
      if (batch) source?.acknowledge(batch);
      await first.close();
      if (damage === undefined) fs.rmSync(join(directory, 'position.json'));
      else fs.writeFileSync(join(directory, 'position.json'), damage);
      const second = openTestJournal(directory);
      expect((await shipAll(second)).map((row) => row.requestId)).toEqual(['req_1', 'req_2']);
    }
  });

  it('cuts a torn tail, counts it and says so', async () => {
    const image = await deadJournal((journal) => {
      journal.settle(settlement('req_1'));
      journal.settle(settlement('req_2'));
    });
    const path = join(image, '0000000001.log');
    const whole = fs.statSync(path).size;
    fs.truncateSync(path, whole - 1);
    const lines: string[] = [];
    const journal = openTestJournal(image, { log: collecting(lines) });
    expect(journal.stats()).toMatchObject({ tornTails: 1, damagedBytes: 0, unshippedRows: 1 });
    expect(fs.statSync(path).size).toBe(whole / 2);
    expect(lines).toEqual(['warn the journal ends in the middle of a record; the half record is ignored']);
    expect((await shipAll(journal)).map((row) => row.requestId)).toEqual(['req_1']);
  });

  it('steps over damage in the middle, counts it and says so', async () => {
    const image = await deadJournal((journal) => {
      for (const id of ['req_1', 'req_2', 'req_3']) journal.settle(settlement(id));
    });
    const path = join(image, '0000000001.log');
    const bytes = fs.readFileSync(path);
    const third = bytes.length / 3;
    bytes.write('DAMAGE', third + 100);
    fs.writeFileSync(path, bytes);
    const lines: string[] = [];
    const journal = openTestJournal(image, { log: collecting(lines) });
    expect(journal.stats()).toMatchObject({ tornTails: 0, damagedBytes: third, unshippedRows: 2 });
    expect(lines).toContain('error the journal is damaged; what can be read behind the damage is used');
    expect((await shipAll(journal)).map((row) => row.requestId)).toEqual(['req_1', 'req_3']);
  });

  it('never uses the number of a segment twice, so that a kept position cannot hide new rows', async () => {
    const directory = join(journalParent(), 'one');
    const first = openTestJournal(directory, { segmentBytesMax: 1 });
    for (const id of ['req_1', 'req_2', 'req_3']) {
      first.settle(settlement(id));
      first.flush();
    }
    first.intent(intent('req_4'));
    await shipAll(first);
    await first.close();
    const second = openTestJournal(directory);
    second.settle(settlement('req_5'));
    second.flush();
    expect((await shipAll(second)).map((row) => row.requestId)).toEqual(['req_4', 'req_5']);
  });
});

function typesIn(directory: string): string[] {
  const types: string[] = [];
  scanFrames(fs.readFileSync(join(directory, '0000000001.log')), 0, {
    frame: (payload) => types.push(parseRecord(payload)?.type ?? 'unknown') > 0,
    gap: () => types.push('gap'),
  });
  return types;
}

async function deadJournal(live: (journal: FileJournal) => void | Promise<void>): Promise<string> {
  const directory = join(journalParent(), 'live');
  const journal = openTestJournal(directory);
  await live(journal);
  await turnEnd();
  return crashImage(directory);
}

async function recovered(live: (journal: FileJournal) => void | Promise<void>) {
  return shipAll(openTestJournal(await deadJournal(live)));
}

function collecting(lines: string[]): Log {
  const at = (level: string) => (_fields: Record<string, unknown>, message: string) =>
    lines.push(`${level} ${message}`);
  return { ...silentLog, warn: at('warn'), error: at('error') };
}
