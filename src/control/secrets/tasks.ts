/** Seals what is not sealed, and wraps anew what lies under a master key of before. */
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { SecretBox } from '../../lib/secret-box.ts';
import { addJob } from '../../store/jobs.ts';
import type { Store } from '../../store/store.ts';
import type { Task } from '../jobs/queue.ts';
import { rotateSecrets } from './rotation.ts';

export const rotationTask = 'secrets-rotate';

/** A job may take ten minutes; the rest is another job's. */
const runMs = 5 * 60_000;

export interface RotationParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: SecretBox;
}

export function secretTasks({ store, clock, log, secrets }: RotationParts): readonly Task[] {
  return [
    {
      name: rotationTask,
      async run() {
        const untilMs = clock.monotonicMs() + runMs;
        const { rows, refused, isComplete } = await rotateSecrets(
          store.db,
          secrets,
          () => clock.monotonicMs() < untilMs,
        );
        log.info({ rows, refused: refused.count, masterKey: secrets.keyName }, 'secrets were sealed anew');
        for (const { what, id, why } of refused.named)
          log.error({ what, id, why }, 'a secret does not open, and was left as it is; set it anew');
        if (!isComplete) await addJob(store, store.db, { task: rotationTask, payload: {} });
      },
    },
  ];
}
