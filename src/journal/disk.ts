/** The file system as far as the hot path of the journal needs it, so that tests can fill it up and break it. */
import fs from 'node:fs';

export interface JournalDisk {
  openSync(path: string, flags: string): number;
  /** May take fewer bytes than it is given. */
  writeSync(fd: number, bytes: Buffer, offset: number, length: number): number;
  ftruncateSync(fd: number, bytes: number): void;
  fdatasyncSync(fd: number): void;
  fsyncSync(fd: number): void;
  fsync(fd: number, done: (error: NodeJS.ErrnoException | null) => void): void;
  closeSync(fd: number): void;
  unlinkSync(path: string): void;
}

export const realDisk: JournalDisk = fs;

/** Writes until all bytes are taken. Throws what the disk throws. */
export function writeAll(disk: JournalDisk, fd: number, bytes: Buffer, length: number): void {
  let done = 0;
  while (done < length) {
    const taken = disk.writeSync(fd, bytes, done, length - done);
    if (taken <= 0) throw new Error('the disk takes no more bytes');
    done += taken;
  }
}

const probeBytes = Buffer.alloc(64 * 1024);

/** Finds out whether the disk takes data again: writes a small file and removes it. Throws what the disk throws. */
export function probeDisk(disk: JournalDisk, path: string, sync: boolean): void {
  const fd = disk.openSync(path, 'w');
  try {
    writeAll(disk, fd, probeBytes, probeBytes.length);
    if (sync) disk.fdatasyncSync(fd);
  } finally {
    disk.closeSync(fd);
    disk.unlinkSync(path);
  }
}
