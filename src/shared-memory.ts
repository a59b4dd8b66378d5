/** What instances share beside the database, where the configuration names a Redis: rate limits, and a client for more. */
import type { Config } from './config.ts';
import type { Clock } from './lib/clock.ts';
import { newId } from './lib/id.ts';
import type { Log } from './lib/log.ts';
import type { SharedRedis } from './store/redis/redis.ts';
import type { RedisLimits } from './store/redis/shared-limits.ts';
import type { Store } from './store/store.ts';

export interface SharedMemory {
  readonly redis: SharedRedis;
  readonly limits: RedisLimits;
  close(): Promise<void>;
}

/** Undefined: everything is in this instance's memory. A Redis that is away does not keep an instance from starting. */
export async function openSharedMemory(
  { redis: { url, timeoutMs, instances } }: Config,
  { store, instance, clock, log }: { store: Store; instance: string; clock: Clock; log: Log },
): Promise<SharedMemory | undefined> {
  if (url === undefined) return undefined;
  // Read only where it is used: most installations start without it.
  const { openRedis } = await import('./store/redis/redis.ts');
  const { openSharedLimits } = await import('./store/redis/shared-limits.ts');
  const { installation } = await store.db.selectFrom('settings').select('installation').executeTakeFirstOrThrow();
  const redis = await openRedis({ url, namespace: `${store.schema}:${installation}`, timeoutMs, log });
  // Containers of one image have one name.
  const unlike = newId(instance, clock.nowMs());
  const limits = await openSharedLimits({ redis, instance: unlike, instances, log });
  return {
    redis,
    limits,
    close: async () => {
      await limits.close();
      await redis.close();
    },
  };
}
