/** The compiled half of the bench (bench/rig/go), built into a folder that git does not keep. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');
/** What is built or installed for the bench alone. */
export const workshop = join(root, '.cache/rig');

/** Returns the program's path. Throws where Go is missing or refuses. */
export function buildRig(): string {
  const program = join(workshop, 'rig');
  mkdirSync(workshop, { recursive: true });
  try {
    execFileSync('go', ['build', '-trimpath', '-o', program, '.'], { cwd: join(import.meta.dirname, 'go') });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error('The bench needs Go 1.24 or newer on the path (Debian: golang-go, or https://go.dev/dl).');
  }
  return program;
}
