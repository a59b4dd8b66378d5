/**
 * When a run is over: none of the secrets that its tests used is in what the processes under test wrote, in their
 * metrics, or in a database. The run fails otherwise, whichever suite it was.
 */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { directoryVariable } from './collected.ts';
import { type Secret, SecretSearch } from './secret-search.ts';

/** Several projects of one run share what the first one made. */
export function setup(): (() => void) | undefined {
  if (process.env[directoryVariable]) return undefined;
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-test-output-'));
  process.env[directoryVariable] = directory;
  return () => {
    delete process.env[directoryVariable];
    try {
      refuseLeaks(directory);
    } catch (error) {
      // Counted by a run of several suites, also where the tests that failed beside it pass when they are run again.
      if (process.env.TEST_LEAKS_FILE) appendFileSync(process.env.TEST_LEAKS_FILE, `${error}\n`);
      throw error;
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  };
}

/** Throws with every leak in `directory`. */
export function refuseLeaks(directory: string): void {
  const files = readdirSync(directory);
  const secrets = files
    .filter((name) => name.startsWith('secrets-'))
    .flatMap((name) => secretsIn(join(directory, name)));
  const search = new SecretSearch(secrets);
  const leaks = files
    .filter((name) => !name.startsWith('secrets-'))
    .flatMap((name) =>
      search
        .in(readFileSync(join(directory, name)))
        .map(({ what, form, context }) => `${name}: ${what}, ${form}: …${context}…`),
    );
  if (leaks.length === 0) return;
  throw new Error(
    `secrets of the tests were written down, ${leaks.length} times:\n${leaks.slice(0, leaksShown).join('\n')}`,
  );
}

const leaksShown = 50;

function secretsIn(file: string): readonly Secret[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Secret);
}
