/**
 * Settings files on the disk: looked at first, all of them; then written, each through a file of its own beside it,
 * with the one before kept. A key never lies in a file that others may read.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { CommandFailure, exitCodes } from '../outcome.ts';
import type { Client, Place, Point, SettingsFile } from './client.ts';
import { BrokenFile, mergeSettings, readSettings } from './format.ts';

export interface PlannedFile {
  readonly file: string;
  /** Absent: the file is not there yet. */
  readonly before?: string;
  readonly after: string;
}

export interface WrittenFile {
  readonly file: string;
  readonly change: 'made' | 'changed' | 'none';
  /** The file as it was. */
  readonly backup?: string;
}

const fileBytesMax = 4 * 1_048_576;
const ownerOnly = 0o600;

/** Nothing is written. Throws CommandFailure where a file cannot be read, or is not what it should be. */
export function planFiles(client: Client, point: Point, place: Place): readonly PlannedFile[] {
  return client.files.map((settingsFile) => planFile(client, settingsFile, point, place));
}

function planFile(client: Client, settingsFile: SettingsFile, point: Point, place: Place): PlannedFile {
  const { format, settings, defaults } = settingsFile;
  const file = fileOf(settingsFile, place);
  const before = readText(file);
  const after = refuseBroken(client, file, () => mergeSettings(format, before ?? '', settings(point), defaults));
  return { file, after, ...(before !== undefined && { before }) };
}

function fileOf({ paths }: SettingsFile, place: Place): string {
  const candidates = paths(place).map((name) => path.resolve(place.home, name));
  return candidates.find((name) => statSync(name, { throwIfNoEntry: false }) !== undefined) ?? candidates[0] ?? '';
}

function refuseBroken<T>(client: Client, file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof BrokenFile)) throw error;
    const remedy = `${client.name} may not read it either: correct it, or move it away, and try again.`;
    throw new CommandFailure(exitCodes.failure, `${file} is left as it is: ${error.message}.`, remedy);
  }
}

/** Where the client's files point it now, as far as they say. Throws CommandFailure like `planFiles`. */
export function readPoint(client: Client, place: Place): Partial<Pick<Point, 'url' | 'key' | 'model'>> {
  // Settings for these stand where the real ones would.
  const marks = { url: 'http://url.invalid', key: 'key.invalid', model: 'model.invalid' };
  const found: { -readonly [name in keyof typeof marks]?: string } = {};
  for (const settingsFile of client.files) {
    const file = fileOf(settingsFile, place);
    const settings = settingsFile.settings({ ...marks, onlyHere: false });
    const pairs = refuseBroken(client, file, () => readSettings(settingsFile.format, readText(file) ?? '', settings));
    for (const name of ['url', 'key', 'model'] as const) {
      found[name] ??= pairs.map(({ asked, found: value }) => markedPart(asked, marks[name], value)).find(Boolean);
    }
  }
  return found;
}

/** What stands in `found` where `asked` has its mark. */
function markedPart(asked: unknown, mark: string, found: unknown): string | undefined {
  if (typeof asked !== 'string' || typeof found !== 'string') return undefined;
  const [before, after] = asked.split(mark);
  if (before === undefined || after === undefined) return undefined;
  if (!found.startsWith(before) || !found.endsWith(after)) return undefined;
  return found.slice(before.length, found.length - after.length);
}

function readText(file: string): string | undefined {
  try {
    const size = statSync(file).size;
    if (size > fileBytesMax) {
      throw new CommandFailure(
        exitCodes.failure,
        `${file} is larger than ${fileBytesMax} bytes.`,
        'Is it the right file?',
      );
    }
    const bytes = readFileSync(file);
    const text = bytes.toString('utf8');
    if (Buffer.from(text).equals(bytes)) return text;
    throw new CommandFailure(exitCodes.failure, `${file} is left as it is: it is not UTF-8.`, 'Save it as UTF-8.');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileFailure(file, error);
  }
}

/** Writes what is to change. `nowMs` names the backups. Throws CommandFailure. */
export function writeFiles(planned: readonly PlannedFile[], nowMs: number): readonly WrittenFile[] {
  return planned.map(({ file, before, after }) => {
    try {
      if (before === after) return { file, change: 'none' };
      if (before === undefined) {
        mkdirSync(path.dirname(file), { recursive: true });
        replace(file, after, ownerOnly);
        return { file, change: 'made' };
      }
      const backup = keep(file, before, nowMs);
      // A file that is only linked here (a folder of dotfiles under version control) stays linked.
      const target = realpathSync(file);
      replace(target, after, statSync(target).mode & ownerOnly);
      return { file, change: 'changed', backup };
    } catch (error) {
      throw fileFailure(file, error);
    }
  });
}

function keep(file: string, text: string, nowMs: number): string {
  const stamp = new Date(nowMs)
    .toISOString()
    .replace(/[-:]|\.\d+Z/g, '')
    .replace('T', '-');
  for (let turn = 1; ; turn++) {
    const backup = `${file}.bak-${stamp}${turn === 1 ? '' : `-${turn}`}`;
    try {
      writeFileSync(backup, text, { mode: ownerOnly, flag: 'wx' });
      return backup;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Whoever reads the file sees the one before or the new one, whole. */
function replace(file: string, text: string, mode: number): void {
  const aside = `${file}.tollgate-${process.pid}`;
  rmSync(aside, { force: true });
  const descriptor = openSync(aside, 'wx', mode);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(aside, file);
}

function fileFailure(file: string, error: unknown): unknown {
  if (error instanceof CommandFailure) return error;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined) return error;
  const reasons: Readonly<Record<string, string>> = {
    EACCES: 'may not be read or written by this user',
    EPERM: 'may not be read or written by this user',
    EROFS: 'is on a read-only disk',
    ENOSPC: 'is on a disk that is full',
    EISDIR: 'is a directory',
    ENOTDIR: 'has a file in its path where a directory is needed',
    ELOOP: 'is a link to itself',
  };
  const reason = reasons[code] ?? `cannot be used (${code})`;
  return new CommandFailure(exitCodes.failure, `${file} ${reason}.`, 'Correct that, or name another --home.');
}
