/**
 * A process that does nothing but write a journal until it is killed: `node journal-writer.ts <directory> <prefix>`. It
 * says on standard output what it was promised: `attempt <id>` and `settled <id>`, each after the journal returned.
 */
import fs from 'node:fs';
import { openJournal } from '../../src/journal/file-journal.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { attempt, intent, progress, settlement } from './journal-records.ts';

const [, , directory = '', prefix = ''] = process.argv;
const journal = openJournal({
  directory,
  instance: prefix,
  clock: systemClock,
  log: silentLog,
  fsync: 'interval',
  segmentBytesMax: 50_000,
});

const say = (line: string): void => void fs.writeSync(1, `${line}\n`);

for (let turn = 0; ; turn++) {
  const ids = [0, 1, 2].map((i) => `${prefix}_${turn}_${i}`);
  for (const id of ids) {
    journal.intent(intent(id));
    journal.attempt(attempt(id));
    say(`attempt ${id}`);
    journal.progress(progress(id, turn));
  }
  // The third of each turn stays open, as a stream that outlives the process.
  for (const id of ids.slice(0, 2)) journal.settle(settlement(id));
  await new Promise((resolve) => setImmediate(resolve));
  for (const id of ids.slice(0, 2)) say(`settled ${id}`);
}
