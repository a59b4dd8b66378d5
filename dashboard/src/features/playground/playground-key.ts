/** The key that this window calls models with: made when it is first needed, and anew before it ends. */
import type { Client, PlaygroundKey } from '@tollgate/client';
import { useClient } from '@/lib/api.ts';

/** A long answer must not outlive its key's last minutes. */
const renewBeforeMs = 5 * 60_000;

const keys = new WeakMap<Client, Promise<PlaygroundKey>>();

export interface KeySource {
  /** Throws ApiError. */
  get(): Promise<PlaygroundKey>;
  /** It was refused: the next one is new. */
  forget(): void;
}

/** Of the organization that is looked at. */
export function usePlaygroundKey(): KeySource {
  const client = useClient();
  return {
    async get() {
      const known = await keys.get(client)?.catch(() => undefined);
      if (known !== undefined && Date.parse(known.expiresAt) - Date.now() > renewBeforeMs) return known;
      const made = client.call('POST /playground/keys', { body: {} });
      keys.set(client, made);
      return made;
    },
    forget: () => void keys.delete(client),
  };
}
