/**
 * What a key looks like: `tg-` or `tgm-`, 40 random characters, 6 of a checksum. The prefix and the checksum let
 * scanners of leaked secrets recognize one for sure, without asking anybody.
 */
import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

export type KeyKind = 'call' | 'management';

const prefixes: Readonly<Record<KeyKind, string>> = { call: 'tg-', management: 'tgm-' };
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 238 bits: nobody guesses it, so a plain SHA-256 is enough to store it. */
const randomLength = 40;
const checksumLength = 6;
/** Of a key, in lists: enough to tell keys apart, nothing that helps to guess one. */
const shownLength = 8;

export function newKey(kind: KeyKind, random: (bytes: number) => Buffer = randomBytes): string {
  const secret = prefixes[kind] + randomText(random);
  return secret + checksum(secret);
}

/** Whether a text is a key that `newKey` made, by its checksum. Says nothing about whether it is valid. */
export function looksLikeKey(text: string): boolean {
  if (!/^tgm?-[0-9A-Za-z]{46}$/.test(text)) return false;
  const secret = text.slice(0, -checksumLength);
  return text.slice(-checksumLength) === checksum(secret);
}

export function keyKind(key: string): KeyKind {
  return key.startsWith(prefixes.management) ? 'management' : 'call';
}

/** Hex SHA-256: what is stored, and what a gateway looks up. */
export const hashKey = (key: string): string => hash('sha256', key, 'hex');

/** A short key, which only a configuration file can bring, shows a quarter of itself at most. */
export const shownPrefix = (key: string): string => key.slice(0, Math.min(shownLength, Math.floor(key.length / 4)));

/** Bytes from 248 up are thrown away: with them the first 8 letters would come more often. */
function randomText(random: (bytes: number) => Buffer): string {
  const fair = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < randomLength) {
    for (const byte of random(randomLength)) {
      if (byte < fair && text.length < randomLength) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}

/** CRC-32 in base 62: 62^6 is above 2^32, so 6 characters always hold it. */
function checksum(secret: string): string {
  let rest = crc32(secret);
  let text = '';
  for (let i = 0; i < checksumLength; i++) {
    text = alphabet[rest % alphabet.length] + text;
    rest = Math.floor(rest / alphabet.length);
  }
  return text;
}
