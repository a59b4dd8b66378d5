/** Keeps the roll-ups a second behind the rows, at the instance that brought the rows. */
import type { Log } from '../../lib/log.ts';
import { rollUsage } from '../../store/roll-ups/roll.ts';
import type { Store } from '../../store/store.ts';

export interface Rolling {
  /** Rows came in. Costs nothing when it is called often. */
  wake(): void;
  /** Lets a pass end that is under way. */
  close(): Promise<void>;
}

/** Rows of a second are added together: the same cells would be written again and again. */
const restMs = 1_000;

/** What is left when it closes is added by another instance, or by the job of the minute. */
export function keepRolling({ store, log }: { readonly store: Store; readonly log: Log }): Rolling {
  let timer: NodeJS.Timeout | undefined;
  let pass = Promise.resolve();
  let closed = false;
  const roll = async () => {
    timer = undefined;
    try {
      while (!closed && (await rollUsage(store.db)));
    } catch (error) {
      // The rows wait, and the job of the minute tries again.
      log.debug({ error }, 'usage could not be added up just now');
    }
  };
  return {
    wake() {
      if (timer !== undefined || closed) return;
      timer = setTimeout(() => {
        pass = pass.then(roll);
      }, restMs);
      timer.unref();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await pass;
    },
  };
}
