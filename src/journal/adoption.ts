/** Finds the journals that dead instances left behind, and makes them this process's own. */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type DirectoryLock, hasLock, livingHolder, lockDirectory } from './directory-lock.ts';
import { listSegments, segmentPath } from './segment-log.ts';

export interface DeadJournal {
  readonly directory: string;
  readonly lock: DirectoryLock;
}

export interface Adopter {
  readonly directory: string;
  readonly instance: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Each is moved aside in one step before it is locked, so that a new process of the same instance finds its name free.
 * Call it inside `alone`. What cannot be adopted is logged and left where it is. Larger ones than `bytesMax` are left
 * for the next start: reading them blocks.
 */
export function adoptDead(adopter: Adopter, bytesMax: number): readonly DeadJournal[] {
  const { directory: own, instance, clock, log } = adopter;
  const parent = dirname(own);
  return fs
    .readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== basename(own))
    .map((entry) => join(parent, entry.name))
    .flatMap((directory) => {
      try {
        if (!isJournal(directory) || livingHolder(directory, clock) || bytesOf(directory) > bytesMax) return [];
        const aside = join(parent, `${instanceOf(directory)}.adopted-${randomUUID().slice(0, 8)}`);
        fs.renameSync(directory, aside);
        log.info({ directory, aside }, 'adopting the journal of a dead instance');
        return [{ directory: aside, lock: lockDirectory(aside, instance, clock) }];
      } catch (error) {
        log.error({ directory, error }, 'the journal of a dead instance cannot be adopted; it stays as it is');
        return [];
      }
    });
}

/** The instance that a journal is of, which may have been adopted. */
export function instanceOf(directory: string): string {
  return basename(directory).replace(/\.adopted-.*$/, '');
}

function isJournal(directory: string): boolean {
  return hasLock(directory) || listSegments(directory).length > 0;
}

function bytesOf(directory: string): number {
  return listSegments(directory).reduce((sum, seq) => sum + fs.statSync(segmentPath(directory, seq)).size, 0);
}
