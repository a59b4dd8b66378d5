/** Sets the lengths and checksums of an AWS event stream right, as far as it still looks like one. */
import { crc32 } from 'node:zlib';

export function withChecksums(input: Buffer): Buffer {
  const bytes = Buffer.from(input);
  for (let at = 0; at + 16 <= bytes.length; ) {
    let length = bytes.readUInt32BE(at);
    if (length < 16 || at + length > bytes.length) {
      length = bytes.length - at;
      bytes.writeUInt32BE(length, at);
    }
    if (bytes.readUInt32BE(at + 4) > length - 16) bytes.writeUInt32BE(length - 16, at + 4);
    bytes.writeUInt32BE(crc32(bytes.subarray(at, at + 8)), at + 8);
    bytes.writeUInt32BE(crc32(bytes.subarray(at, at + length - 4)), at + length - 4);
    at += length;
  }
  return bytes;
}
