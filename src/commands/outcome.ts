/** How a command ends: exit codes that scripts can rely on, and one sentence with a remedy for people. */
import { ConfigError } from '../config.ts';
import { Refusal } from '../control/refusal.ts';
import { LedgerRefusal } from '../ledger/refusal.ts';
import { StoreError } from '../store/error.ts';

/** Documented in docs/reference/exit-codes.md. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  database: 3,
  address: 4,
  directory: 5,
  internal: 70,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A failure that the person at the terminal can do something about. Never shown with a stack. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: ExitCode;
  readonly remedy: string;

  constructor(exitCode: ExitCode, message: string, remedy: string) {
    super(message);
    this.exitCode = exitCode;
    this.remedy = remedy;
  }
}

export interface Ending {
  readonly exitCode: ExitCode;
  /** For people: whole sentences. */
  readonly text: string;
  /** For `--json`. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** What is said and returned for an error that reached the top. Only what nobody foresaw comes with its stack. */
export function endingOf(error: unknown): Ending {
  if (error instanceof ConfigError) {
    return ending(exitCodes.usage, error.message, { problems: error.problems });
  }
  if (error instanceof CommandFailure) return withRemedy(error.exitCode, error.message, error.remedy);
  if (error instanceof Refusal) return withRemedy(exitCodes.usage, error.message, error.remedy);
  if (error instanceof LedgerRefusal) {
    const exitCode = error.reason === 'amount' ? exitCodes.usage : exitCodes.failure;
    return withRemedy(exitCode, error.message, error.remedy);
  }
  if (error instanceof StoreError) {
    const exitCode = error.fault === 'directory' ? exitCodes.directory : exitCodes.database;
    return withRemedy(exitCode, error.message, error.remedy);
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return ending(
    exitCodes.internal,
    `Tollgate failed in a way that it does not know. Please report this:\n${stack}`,
    {},
  );
}

function withRemedy(exitCode: ExitCode, message: string, remedy: string): Ending {
  return ending(exitCode, [message, remedy].filter(Boolean).join(' '), { remedy });
}

function ending(exitCode: ExitCode, text: string, more: Record<string, unknown>): Ending {
  return { exitCode, text, json: { error: { exitCode, message: text, ...more } } };
}

/** Turns what the system says about a path into a sentence. Anything else is returned as it is. */
export function directoryFailure(directory: string, error: unknown): unknown {
  const reasons: Record<string, string> = {
    EACCES: 'may not be written by this user',
    EPERM: 'may not be written by this user',
    EROFS: 'is on a read-only disk',
    ENOSPC: 'is on a disk that is full',
    ENOTDIR: 'has a file in its path where a directory is needed',
    EEXIST: 'is a file, not a directory',
    ENOENT: 'cannot be made there',
  };
  const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''];
  if (!reason) return error;
  const remedy = 'Choose another dataDir (--data-dir, TOLLGATE_DATA_DIR or the file), or change its owner.';
  return new CommandFailure(exitCodes.directory, `The data directory ${directory} ${reason}.`, remedy);
}
