/**
 * Case 89: however the bytes of a recorded stream are cut on their way, the caller is sent the same. Every offset of every
 * stream is cut frame by frame (every-offset.test.ts); here whole streams are: at the reader, every offset of those up to
 * 4 kB and many of the larger ones; on real sockets, every offset of the two smallest of each dialect.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../cases/rig.ts';
import { type Recording, recordingsExist } from '../fakes/recording.ts';
import { sseHeaders } from '../fakes/reply.ts';
import type { Script } from '../fakes/upstream.ts';
import { askBytes } from './ask.ts';
import { corpus, otherWire, plainBody, prefixes, shortName, smallStreams, type Wire } from './corpus.ts';
import { withCrlf } from './frames.ts';
import { eachOf, offsets } from './offsets.ts';
import { type Road, runReader, sameIds } from './reader-run.ts';

const wires: readonly Wire[] = recordingsExist ? ['openai-chat', 'anthropic'] : [];
const roads: readonly Road[] = ['relayed', 'translated'];
const named = (kept: Recording) => [shortName(kept), kept] as const;
const wholeBytesMax = 4 * 1024;
/** A larger stream is read in full for each offset: as often as this many bytes allow. */
const bytesReadMax = 2_000_000;

describe.skipIf(!recordingsExist).each(wires)('a stream of %s, cut in two at the reader', (wire) => {
  it.each(corpus(wire, 'stream').map(named))('%s', (_name, { response }) => {
    for (const road of roads) {
      const whole = sameIds(runReader(wire, road, [response]).body);
      expect(whole).not.toBe('');
      const count = response.length <= wholeBytesMax ? response.length : Math.floor(bytesReadMax / response.length);
      for (const at of offsets(response.length, count)) {
        const cut = sameIds(runReader(wire, road, [response.subarray(0, at), response.subarray(at)]).body);
        if (cut !== whole) expect(cut, `${road}, cut at ${at}`).toBe(whole);
      }
    }
  });

  it.each(smallStreams(wire).map(named))('%s, with CRLF', (_name, { response }) => {
    const body = withCrlf(response);
    for (const road of roads) {
      const whole = sameIds(runReader(wire, road, [body]).body);
      for (const at of offsets(body.length, body.length))
        expect(sameIds(runReader(wire, road, [body.subarray(0, at), body.subarray(at)]).body)).toBe(whole);
      if (road === 'translated') expect(whole).toBe(sameIds(runReader(wire, road, [response]).body));
    }
  });
});

describe.skipIf(!recordingsExist)('a stream, cut in two on real sockets', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig({ upstream: { script: cutScript, keepBodies: false } });
  });
  afterAll(() => rig.close());
  beforeEach(() => rig.forget());

  const cases = wires.flatMap((wire) =>
    smallStreams(wire)
      .slice(0, 2)
      .flatMap((kept) => [wire, otherWire[wire]].map((caller) => [shortName(kept), caller, kept, wire] as const)),
  );

  it.each(cases)('%s, for a caller of %s, at every offset', async (_name, caller, kept, wire) => {
    const ask = async (at: number): Promise<string> => {
      const body = {
        ...plainBody(`${prefixes[wire]}/${indexOf(kept)}-${String(at).padStart(6, '0')}`, true),
        ...usageFor(caller),
      };
      return constant((await askBytes(rig, caller, body)).body.toString());
    };
    const whole = await ask(0);
    await eachOf(offsets(kept.response.length, kept.response.length), 16, async (at) => {
      const cut = await ask(at);
      if (cut !== whole) expect(cut, `cut at ${at}`).toBe(whole);
    });
    const rows = await rig.rows(kept.response.length);
    expect(rows.every((row) => row.status === 'completed')).toBe(true);
    expect(new Set(rows.map((row) => JSON.stringify([row.usage, row.flags]))).size).toBe(1);
  });
});

const streams = recordingsExist ? [...corpus('openai-chat', 'stream'), ...corpus('anthropic', 'stream')] : [];
const indexOf = (kept: Recording) => streams.findIndex((each) => each.id === kept.id);

/** The model's name says which recording, and where it is cut: requests may run side by side. */
const cutScript: Script = async (call, reply) => {
  const [index = 0, at = 0] = call.model.split('-').map(Number);
  reply.head(200, sseHeaders);
  await reply.slices(streams[index]?.response ?? Buffer.alloc(0), at > 0 ? [at] : []);
  reply.end();
};

const usageFor = (caller: Wire) => (caller === 'openai-chat' ? { stream_options: { include_usage: true } } : {});

/** Ids, times and the model's name differ from request to request. */
const constant = (body: string) =>
  sameIds(body)
    .replace(/"(id|request_id)":"(chatcmpl-|msg_|req_)[^"]*"/g, '"$1":"$2"')
    .replace(/"model":"(oa|an)\/[^"]*"/g, '"model":"$1"')
    .replace(/"created":\d+/g, '"created":0');
