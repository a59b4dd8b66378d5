/** Is the shared Redis there, does it take writes, and is it near enough? */
import type { Config } from '../../config.ts';
import { systemClock } from '../../lib/clock.ts';
import { type Log, silentLog } from '../../lib/log.ts';
import { type Finding, ok, warn } from './finding.ts';

/** Enough for a server on another continent: how slow it is, is to be said, not guessed. */
const patienceMs = 2_000;
const asked = 5;

/** Undefined: the configuration names none. Never `fail`: Tollgate runs on without it. */
export async function checkRedis({ redis: { url, timeoutMs } }: Pick<Config, 'redis'>): Promise<Finding | undefined> {
  if (url === undefined) return undefined;
  const { openRedis } = await import('../../store/redis/redis.ts');
  const where = `Redis at ${new URL(url).host}`;
  let problem = 'it does not answer';
  const log: Log = {
    ...silentLog,
    warn: (fields) => {
      problem = String(fields.problem);
    },
  };
  const redis = await openRedis({ url, namespace: 'doctor', timeoutMs: patienceMs, log });
  try {
    if (!redis.up) {
      const remedy =
        'Until it answers, each instance admits its share of each limit. Look at the server and redis.url.';
      return warn('redis', `${where} is away: ${problem}`, remedy);
    }
    let slowestMs = 0;
    for (let i = 0; i < asked; i++) {
      const before = systemClock.monotonicMs();
      await redis.set('look', Buffer.from('1'), 1_000);
      slowestMs = Math.max(slowestMs, systemClock.monotonicMs() - before);
    }
    const took = `${where} took up to ${slowestMs.toFixed(1)} ms for an answer`;
    if (slowestMs < timeoutMs / 2) return ok('redis', took);
    return warn('redis', `${took}; requests wait for ${timeoutMs} ms`, 'Use a Redis nearby, or raise redis.timeoutMs.');
  } catch (error) {
    return warn(
      'redis',
      `${where} went away: ${error instanceof Error ? error.message : error}`,
      'Look at the server.',
    );
  } finally {
    await redis.close();
  }
}
