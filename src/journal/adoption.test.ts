import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { journalParent, openTestJournal, shipAll } from '../../test/harness/journal.ts';
import { attempt, intent, settlement } from '../../test/harness/journal-records.ts';
import { until } from '../../test/until.ts';
import { JournalLocked } from './directory-lock.ts';

/** No process has this id: above the largest that Linux gives. */
const deadPid = 4_194_305;

describe('the lock', () => {
  it('refuses a second journal on the directory of a living process, and says whose it is', () => {
    const directory = join(journalParent(), 'one');
    openTestJournal(directory, { instance: 'first' });
    expect(() => openTestJournal(directory)).toThrow(JournalLocked);
    expect(() => openTestJournal(directory)).toThrow(new RegExp(`process ${process.pid} \\(instance first\\)`));
  });

  it('of a dead process is taken over', () => {
    const directory = lockedBy((holder) => ({ ...holder, pid: deadPid }));
    expect(openTestJournal(directory).writable).toBe(true);
  });

  it('of a process whose id was given to another one is taken over', () => {
    const directory = lockedBy((holder) => ({ ...holder, startedAt: '1' }));
    expect(openTestJournal(directory).writable).toBe(true);
  });

  it('of another machine is believed as long as its holder renews it', () => {
    const directory = lockedBy((holder) => ({ ...holder, place: 'elsewhere', pid: deadPid }));
    expect(() => openTestJournal(directory)).toThrow(JournalLocked);
    const longAgo = Date.now() / 1000 - 60;
    fs.utimesSync(join(directory, 'lock'), longAgo, longAgo);
    expect(openTestJournal(directory).writable).toBe(true);
  });

  it('that was being written when its process died does not stop the next one for long', () => {
    const directory = join(journalParent(), 'one');
    fs.mkdirSync(directory, { recursive: true });
    fs.writeFileSync(join(directory, 'lock'), '');
    const longAgo = Date.now() / 1000 - 60;
    fs.utimesSync(join(directory, 'lock'), longAgo, longAgo);
    expect(openTestJournal(directory).writable).toBe(true);
  });

  it('of the start itself, left by a killed process, is broken', () => {
    const parent = journalParent();
    fs.mkdirSync(parent, { recursive: true });
    fs.writeFileSync(join(parent, '.starting'), '');
    expect(openTestJournal(join(parent, 'one')).writable).toBe(true);
  });
});

describe('the journal of a dead instance', () => {
  it('is adopted: settled, shipped, and gone', async () => {
    const parent = journalParent();
    leaveDead(parent, 'dead');
    const journal = openTestJournal(join(parent, 'alive'));
    expect(journal.stats()).toMatchObject({ adoptedJournals: 1, recoveredRequests: 1, unshippedRows: 2 });
    const rows = await shipAll(journal);
    expect(rows.map((row) => [row.requestId, row.status])).toEqual([
      ['req_dead_1', 'completed'],
      ['req_dead_2', 'interrupted'],
    ]);
    expect(journal.sources()).toHaveLength(1);
    expect(journal.stats()).toMatchObject({ adoptedJournals: 0, recoveredRequests: 1, unshippedRows: 0 });
    await until('its directory is gone', () => !fs.readdirSync(parent).some((name) => name.startsWith('dead')));
  });

  it('leaves its name free at once for a new process of the same instance', async () => {
    const parent = journalParent();
    leaveDead(parent, 'dead');
    openTestJournal(join(parent, 'alive'));
    const again = openTestJournal(join(parent, 'dead'));
    expect(again.stats()).toMatchObject({ adoptedJournals: 0, unshippedRows: 0 });
  });

  it('is adopted again, and shipped once, when its adopter dies too', async () => {
    const parent = journalParent();
    leaveDead(parent, 'dead');
    const adopter = openTestJournal(join(parent, 'alive'));
    await adopter.close();
    const [aside = ''] = fs.readdirSync(parent).filter((name) => name.startsWith('dead.adopted-'));
    expect(aside).not.toBe('');
    const next = openTestJournal(join(parent, 'next'));
    expect((await shipAll(next)).map((row) => row.requestId)).toEqual(['req_dead_1', 'req_dead_2']);
    expect(fs.readdirSync(parent)).not.toContain(aside);
  });

  it('that died in another container is adopted without a restart, when its lock is not renewed any more', async () => {
    const parent = journalParent();
    leaveDead(parent, 'dead', { place: 'elsewhere' });
    const journal = openTestJournal(join(parent, 'alive'), { adoptIntervalMs: 5 });
    expect(journal.stats().adoptedJournals).toBe(0);
    const longAgo = Date.now() / 1000 - 60;
    fs.utimesSync(join(parent, 'dead', 'lock'), longAgo, longAgo);
    await until('the adoption', () => journal.stats().adoptedJournals === 1);
    expect((await shipAll(journal)).map((row) => row.requestId)).toEqual(['req_dead_1', 'req_dead_2']);
  });

  it('stays where it is while its process lives, and folders that are no journals stay too', () => {
    const parent = journalParent();
    openTestJournal(join(parent, 'living'));
    fs.mkdirSync(join(parent, 'notes'));
    const journal = openTestJournal(join(parent, 'own'));
    expect(journal.stats().adoptedJournals).toBe(0);
    expect(fs.readdirSync(parent)).toEqual(expect.arrayContaining(['living', 'notes', 'own']));
  });

  it('that cannot be read is left as it is and stops nobody', async () => {
    const parent = journalParent();
    fs.mkdirSync(join(parent, 'broken', '0000000001.log'), { recursive: true });
    const journal = openTestJournal(join(parent, 'own'));
    expect(journal.writable).toBe(true);
    expect(journal.stats().adoptedJournals).toBe(0);
  });
});

/** A directory whose lock is what `change` makes of a real one of this process. */
function lockedBy(change: (holder: Record<string, unknown>) => Record<string, unknown>): string {
  const live = join(journalParent(), 'live');
  openTestJournal(live);
  const holder = JSON.parse(fs.readFileSync(join(live, 'lock'), 'utf8')) as Record<string, unknown>;
  const directory = join(journalParent(), 'one');
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(join(directory, 'lock'), JSON.stringify(change(holder)));
  return directory;
}

/** One settled and one open request of a process that does not live any more. */
function leaveDead(parent: string, name: string, holderIs: Record<string, unknown> = { pid: deadPid }): void {
  const live = join(journalParent(), 'live');
  const journal = openTestJournal(live);
  journal.intent(intent(`req_${name}_1`));
  journal.attempt(attempt(`req_${name}_1`));
  journal.settle(settlement(`req_${name}_1`));
  journal.intent(intent(`req_${name}_2`));
  journal.attempt(attempt(`req_${name}_2`));
  journal.flush();
  const directory = join(parent, name);
  fs.cpSync(live, directory, { recursive: true });
  const lock = join(directory, 'lock');
  const holder = JSON.parse(fs.readFileSync(lock, 'utf8')) as Record<string, unknown>;
  fs.writeFileSync(lock, JSON.stringify({ ...holder, ...holderIs }));
}
