/** Every operation, and which one stands behind a method and a path. */
import { speech, transcriptions, translations } from './audio.ts';
import { batchOperations } from './batches.ts';
import { cohereEmbeddings, geminiBatchEmbed, geminiEmbedContent, openaiEmbeddings } from './embeddings.ts';
import { fileOperations } from './files.ts';
import { imageEdits, imageGenerations, imageVariations } from './images.ts';
import type { Operation, PathParts } from './operation.ts';
import { cohereRerank, jinaRerank } from './rerank.ts';
import { completions, moderations } from './text.ts';

export const operations: readonly Operation[] = [
  openaiEmbeddings,
  geminiEmbedContent,
  geminiBatchEmbed,
  cohereEmbeddings,
  imageGenerations,
  imageEdits,
  imageVariations,
  speech,
  transcriptions,
  translations,
  moderations,
  completions,
  cohereRerank,
  jinaRerank,
  ...fileOperations,
  ...batchOperations,
];

/** A call that was matched to its operation. */
export interface OperationKnock {
  readonly operation: Operation;
  readonly parts: PathParts;
}

const byPath = new Map<string, Operation[]>();
for (const operation of operations) {
  if (operation.match !== undefined) continue;
  for (const path of [operation.path, ...(operation.aliases ?? [])])
    byPath.set(path, [...(byPath.get(path) ?? []), operation]);
}
const byPattern = operations.filter(({ match }) => match !== undefined);

/** All operations at a path, one for each method. `path`: as it stands in the request, without query. */
export function findOperations(path: string): readonly OperationKnock[] {
  const known = byPath.get(path);
  if (known !== undefined) return known.map((operation) => ({ operation, parts: {} }));
  return byPattern.flatMap((operation) => {
    const parts = operation.match?.(path);
    return parts === undefined ? [] : [{ operation, parts }];
  });
}
