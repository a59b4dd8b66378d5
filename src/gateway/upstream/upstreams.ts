/** Connections to providers: a pool for each credential's address, never shared between credentials. */
import { Pool } from 'undici';
import type { Credential, Target } from '../../snapshot/snapshot.ts';

/** A stream has a connection to itself, so this is how many streams one credential carries on this instance. */
const connectionsMaxPerPool = 16_384;

export interface Upstream {
  readonly pool: Pool;
  readonly origin: string;
  /** What the address has before the dialect's own path (`/v1`). */
  readonly prefix: string;
}

export class Upstreams {
  readonly #byAddress = new Map<string, Upstream>();

  of(target: Target): Upstream {
    const { credential, timeouts } = target;
    const name = `${credential.id} ${credential.baseUrl} ${timeouts.connectMs}`;
    const known = this.#byAddress.get(name);
    if (known !== undefined) return known;
    const made = connect(credential, timeouts.connectMs);
    this.#byAddress.set(name, made);
    return made;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#byAddress.values()].map((upstream) => upstream.pool.destroy()));
    this.#byAddress.clear();
  }
}

/** Times are watched by the attempts themselves, so the pool's own are off, apart from the connect. */
function connect(credential: Credential, connectMs: number): Upstream {
  const url = new URL(credential.baseUrl);
  const pool = new Pool(url.origin, {
    connections: connectionsMaxPerPool,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 30_000,
    connect: { timeout: connectMs },
    allowH2: false,
    maxHeaderSize: 64 * 1024,
  });
  return { pool, origin: url.origin, prefix: url.pathname.replace(/\/+$/, '') };
}
