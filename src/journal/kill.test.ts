import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { journalParent, openTestJournal, shipAll } from '../../test/harness/journal.ts';
import { until } from '../../test/until.ts';
import { JournalLocked } from './directory-lock.ts';

const script = fileURLToPath(new URL('../../test/harness/journal-writer.ts', import.meta.url));

describe('a process that writes a journal', () => {
  it('and is killed at any moment loses nothing that it was promised, and nothing is there twice', async () => {
    const parent = journalParent();
    for (let round = 0; round < 6; round++) {
      const writer = startWriter(join(parent, 'one'), `r${round}`);
      await until('some lines', () => writer.lines().length > 40 + round * 137);
      await kill(writer.child);
      const promised = writer.lines();
      // Even rounds: the same instance starts again. Odd rounds: another one adopts.
      const journal = openTestJournal(join(parent, round % 2 === 0 ? 'one' : 'other'));
      const rows = await shipAll(journal);
      await journal.close();
      const status = new Map(rows.map((row) => [row.requestId, row.status]));
      expect(status.size).toBe(rows.length);
      for (const line of promised) {
        const [promise, id = ''] = line.split(' ');
        if (promise === 'settled') expect([id, status.get(id)]).toEqual([id, 'completed']);
        else expect([id, status.has(id)]).toEqual([id, true]);
      }
      expect([...status].filter(([id]) => id.endsWith('_2')).every(([, how]) => how === 'interrupted')).toBe(true);
    }
  }, 60_000);

  it('keeps every other process away from its directory, until it is killed', async () => {
    const parent = journalParent();
    const writer = startWriter(join(parent, 'one'), 'w');
    await until('a line', () => writer.lines().length > 0);
    expect(() => openTestJournal(join(parent, 'one'))).toThrow(JournalLocked);
    const other = openTestJournal(join(parent, 'other'));
    expect(other.stats().adoptedJournals).toBe(0);
    await kill(writer.child);
    expect(openTestJournal(join(parent, 'one')).stats().recoveredRequests).toBeGreaterThan(0);
  });
});

function startWriter(directory: string, prefix: string): { child: ChildProcess; lines: () => string[] } {
  fs.mkdirSync(join(directory, '..'), { recursive: true });
  const output = `${directory}-${prefix}.txt`;
  const fd = fs.openSync(output, 'w');
  const child = spawn(process.execPath, ['--no-warnings', script, directory, prefix], {
    stdio: ['ignore', fd, 'inherit'],
  });
  fs.closeSync(fd);
  onTestFinished(() => kill(child));
  return { child, lines: () => fs.readFileSync(output, 'utf8').split('\n').slice(0, -1) };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const dead = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await dead;
}
