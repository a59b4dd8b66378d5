/**
 * The two places for a seal: the signature of a reasoning text, which is text, and redacted content, which is bytes and
 * so stands in base64. A seal of another dialect travels in them under its tag.
 */
import type { Seal } from '../../llm/chat.ts';
import { packSeal, unpackSeal } from '../../llm/seal.ts';
import { dialectId } from './wire.ts';

export function readSeal(text: string): Seal {
  return unpackSeal(text, dialectId);
}

export function writeSignature(seal: Seal | undefined): string {
  return seal === undefined ? '' : packSeal(seal, dialectId);
}

export function writeRedacted(seal: Seal | undefined): string {
  if (seal === undefined) return '';
  return seal.dialect === dialectId ? seal.value : Buffer.from(packSeal(seal, dialectId)).toString('base64');
}
