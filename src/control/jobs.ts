/** Every kind of job there is. A feature lists its own tasks; this is the one place that names the features. */
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { SecretBox } from '../lib/secret-box.ts';
import type { SnapshotSource } from '../snapshot/snapshot.ts';
import type { Store } from '../store/store.ts';
import { alertTasks } from './alerts/tasks.ts';
import { contentTasks } from './content/tasks.ts';
import { invoiceTasks } from './invoices/tasks.ts';
import type { Task } from './jobs/queue.ts';
import { ledgerTasks } from './ledger/check.ts';
import type { Mailer } from './mail/mailer.ts';
import { priceVersionTasks } from './models/price-versions.ts';
import { secretTasks } from './secrets/tasks.ts';
import type { GraceSettings } from './selling/roll.ts';
import { sellingTasks } from './selling/tasks.ts';
import type { StripeParts } from './stripe/parts.ts';
import { stripeTasks } from './stripe/tasks.ts';
import { type UsageRetention, usageTasks } from './usage/tasks.ts';

/** What tasks stand on. Extend it with plain settings; configuration is read above. */
export interface JobParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Absent: no payments are taken. */
  readonly stripe?: StripeParts | undefined;
  /** What becomes of plans that are not paid. */
  readonly grace?: GraceSettings;
  /** How long usage is kept. */
  readonly retention?: UsageRetention;
  /** Absent: alerts go to webhooks alone. */
  readonly mail?: Mailer | undefined;
  readonly secrets: SecretBox;
  readonly snapshot: SnapshotSource;
}

export function listTasks(parts: JobParts): readonly Task[] {
  return [
    ...ledgerTasks(parts),
    ...usageTasks(parts),
    ...sellingTasks(parts),
    ...invoiceTasks(parts),
    ...alertTasks(parts),
    ...contentTasks(parts),
    ...secretTasks(parts),
    ...priceVersionTasks(parts),
    ...(parts.stripe === undefined ? [] : stripeTasks(parts.stripe)),
  ];
}
