/**
 * Tools inside a namespace under one flat name, which other APIs need; the answer's calls get their namespace back by
 * that name. https://platform.openai.com/docs/guides/function-calling#namespaces
 */
import { createHash } from 'node:crypto';

/** What every API takes. */
const nameLengthMax = 64;

/** The name itself without a namespace. The same for the same pair, in each turn. */
export function flatName(name: string, namespace: string | undefined): string {
  if (namespace === undefined || namespace === '') return name;
  const flat = `${namespace}__${name}`.replace(/[^a-zA-Z0-9_-]/g, '_');
  if (flat.length <= nameLengthMax) return flat;
  const digest = createHash('sha256').update(`${namespace}\0${name}`).digest('hex').slice(0, 12);
  return `${flat.slice(0, nameLengthMax - digest.length - 1)}_${digest}`;
}
