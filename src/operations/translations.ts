/** Pairs of wire formats between which an operation can be translated. */
import type { WireId } from '../llm/operation.ts';
import { geminiOneToOpenai, geminiToOpenai, openaiToCohere, openaiToGemini } from './embedding-translations.ts';
import type { OperationTranslation } from './operation.ts';
import { cohereToJina, jinaToCohere } from './rerank-translations.ts';

const translations: readonly OperationTranslation[] = [
  openaiToGemini,
  openaiToCohere,
  geminiToOpenai,
  geminiOneToOpenai,
  jinaToCohere,
  cohereToJina,
];

/** In order of preference. */
export function translationsOf(from: WireId): readonly OperationTranslation[] {
  return translations.filter((translation) => translation.from === from);
}
