/** The crowds, and what must hold of each. */
import { until } from '../../test/until.ts';
import type { Called } from './callers.ts';
import { squeeze } from './squeeze.ts';
import type { Stage } from './stage.ts';

export interface Counts {
  readonly streams: number;
  readonly idle: number;
  readonly unread: number;
}

export interface Finding {
  readonly what: string;
  readonly value: number;
  readonly limit: number;
  readonly unit: string;
  /** The limit is the least that is allowed, not the most. */
  readonly most?: true;
}

export interface Crowd {
  /** Of the section `server`. */
  readonly settings: object;
  play(stage: Stage, counts: Counts): Promise<readonly Finding[]>;
}

const mebibyte = 1024 * 1024;
const calls = 400;
const callsPerSecond = 40;
const smallCallMsMax = 100;
/** An opening crowd is work like any other; what these crowds ask is what they cost once they are there. */
const unshed = { lagMsMax: 0 };

/** Streams that say a word now and then: F16. */
const streams: Crowd = {
  settings: { limits: { ...unshed, connectionsMax: 20_000 } },
  async play(stage, counts) {
    const alone = await stage.call(calls, callsPerSecond);
    const restingBytes = stage.residentBytes;
    await stage.join({ open: counts.streams }, 'hold');
    await until('every stream to run', async () => (await stage.provider()).held >= counts.streams, 120_000);
    const called = await stage.call(calls, callsPerSecond);
    const { open } = await stage.crowd();
    const bytes = stage.residentBytes;
    await stage.leave();
    await until('every stream to end', async () => (await stage.provider()).held === 0, 60_000);
    return [
      { what: 'streams held', value: open, limit: counts.streams, unit: '', most: true },
      { what: 'memory', value: bytes / mebibyte, limit: 1500, unit: ' MiB' },
      { what: 'memory of a stream', value: (bytes - restingBytes) / open / 1024, limit: 150, unit: ' KiB' },
      { what: 'p99 of small calls before', value: share(alone, 0.99), limit: smallCallMsMax, unit: ' ms' },
      ...answered(called),
    ];
  },
};

/** Connections that say nothing: F16. */
const idle: Crowd = {
  settings: { limits: { ...unshed, connectionsMax: 20_000 } },
  async play(stage, counts) {
    const beganAt = performance.now();
    await stage.join({ open: counts.idle });
    const called = await stage.call(100, callsPerSecond);
    await until('all to be cut', async () => (await stage.crowd()).open === 0, 60_000);
    const cutAfterSeconds = (performance.now() - beganAt) / 1000;
    return [...answered(called), { what: 'all cut after', value: cutAfterSeconds, limit: 30, unit: ' s' }];
  },
};

/** Callers that do not read, or a kilobyte a second, of a provider that says all it has at once: F15. */
const unread: Crowd = {
  settings: { limits: { ...unshed, clientStallMs: 20_000 } },
  async play(stage, counts) {
    await stage.call(calls, callsPerSecond);
    const restingBytes = await stage.heldBytes();
    await stage.join({ open: counts.unread, unread: true }, 'flood');
    await stage.join({ open: counts.unread, unread: true, bytesPerSecond: 1024 }, 'flood');
    const readers = counts.unread * 2;
    const called = await stage.call(calls, callsPerSecond);
    const perReader = ((await stage.heldBytes()) - restingBytes) / readers / 1024;
    // The kernel's buffers at both ends take some megabytes of each.
    const stalled = await stage.provider();
    await until(
      'those that read nothing to be cut',
      async () => (await stage.provider()).flooding <= counts.unread,
      60_000,
    );
    await stage.leave();
    return [
      { what: 'held for a reader', value: perReader, limit: 256, unit: ' KiB' },
      { what: 'resident for all', value: stage.residentBytes / mebibyte, limit: 1500, unit: ' MiB' },
      { what: 'taken of its provider', value: stalled.flooded / readers / mebibyte, limit: 7.9, unit: ' MiB of 8' },
      ...answered(called),
    ];
  },
};

/** A fifth of a core and 512 MB: F25. */
const squeezed: Crowd = {
  settings: {},
  async play(stage) {
    const release = squeeze(stage.tollgate.pid, { coreShare: 0.2, bytes: 512 * mebibyte });
    try {
      const storm = await stage.call(3000, 300);
      const health = await fetch(`http://127.0.0.1:${stage.tollgate.port}/health`);
      const beganAt = performance.now();
      await until(
        'it serves again',
        async () => {
          const { statuses } = await stage.call(5, 2);
          return statuses[200] === 5;
        },
        30_000,
      );
      const recoverySeconds = (performance.now() - beganAt) / 1000;
      const { 200: served = 0, 503: shed = 0 } = storm.statuses;
      return [
        { what: 'served', value: served, limit: 1, unit: ' of 3000', most: true },
        { what: 'neither served nor told 503', value: 3000 - served - shed, limit: 0, unit: '' },
        { what: 'health', value: health.status, limit: 200, unit: '' },
        { what: 'well again after', value: recoverySeconds, limit: 10, unit: ' s' },
        { what: 'memory', value: stage.residentBytes / mebibyte, limit: 512, unit: ' MiB' },
      ];
    } finally {
      release();
    }
  },
};

export const crowds = { streams, idle, unread, squeeze: squeezed } satisfies Record<string, Crowd>;

/** Beside a crowd, small calls are answered, all of them, and soon. */
function answered(called: Called): readonly Finding[] {
  return [
    { what: 'small calls refused', value: called.tookMs.length - (called.statuses[200] ?? 0), limit: 0, unit: '' },
    { what: 'p50 of small calls', value: share(called, 0.5), limit: smallCallMsMax, unit: ' ms' },
    { what: 'p99 of small calls', value: share(called, 0.99), limit: smallCallMsMax, unit: ' ms' },
  ];
}

function share({ tookMs }: Called, part: number): number {
  return tookMs[Math.min(tookMs.length - 1, Math.floor(tookMs.length * part))] ?? 0;
}
