/** How far the journal has reached Postgres. Behind the truth after a crash, which costs rows sent twice, never lost. */
import fs from 'node:fs';
import { join } from 'node:path';

/** Everything before `offset` in `segment`, and every older segment. */
export interface Position {
  readonly segment: number;
  readonly offset: number;
}

export const positionStart: Position = { segment: 0, offset: 0 };

export function isBefore(a: Position, b: Position): boolean {
  return a.segment < b.segment || (a.segment === b.segment && a.offset < b.offset);
}

/** Kept beside the segments, replaced as a whole by a rename. */
export class PositionFile {
  readonly #path: string;
  readonly #onError: (error: unknown) => void;
  #next: Position | undefined;
  #writing = false;
  #idle: (() => void) | undefined;

  constructor(directory: string, onError: (error: unknown) => void) {
    this.#path = join(directory, 'position.json');
    this.#onError = onError;
  }

  /** The start of the journal when the file is not there or cannot be read: everything is sent again. */
  read(): Position {
    try {
      const { segment, offset } = JSON.parse(fs.readFileSync(this.#path, 'utf8')) as Partial<Position>;
      if (isCount(segment) && isCount(offset)) return { segment, offset };
      this.#onError(new Error(`${this.#path} is not a position`));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#onError(error);
    }
    return positionStart;
  }

  remove(): void {
    fs.rmSync(this.#path, { force: true });
  }

  /** Returns at once. Of several that come while one is written, only the last is. */
  write(position: Position): void {
    this.#next = position;
    if (!this.#writing) this.#writeNext();
  }

  /** Resolves when the last position is written (or its failure reported). */
  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#writing) this.#idle = resolve;
      else resolve();
    });
  }

  #writeNext(): void {
    const position = this.#next;
    this.#next = undefined;
    this.#writing = position !== undefined;
    if (position === undefined) {
      this.#idle?.();
      return;
    }
    const written = (error: NodeJS.ErrnoException | null): void => {
      if (error) this.#onError(error);
      this.#writeNext();
    };
    fs.writeFile(`${this.#path}.new`, JSON.stringify(position), (error) => {
      if (error) written(error);
      else fs.rename(`${this.#path}.new`, this.#path, written);
    });
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
