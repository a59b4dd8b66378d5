/** What of a generateContent answer must be found again, and what the neutral language says in other words. */
import type { Told } from './leaves.ts';

export type Chunk = Readonly<Record<string, unknown>>;

/** Of usage, which is cumulative, and of the answer's id only the last word. */
export function accountable(chunks: readonly Chunk[]): readonly object[] {
  const last = chunks.findLastIndex(({ usageMetadata }) => usageMetadata !== undefined);
  return chunks.map(({ usageMetadata, ...chunk }, i) => (i === last ? { usageMetadata, ...chunk } : chunk));
}

export const told: readonly Told[] = [
  { at: /\.role$/, how: 'Turn.role; an answer is the assistant’s' },
  { at: /\.candidates\[\]\.index$/, how: 'there is one candidate' },
  { at: /\.candidates\[\]\.content$/, how: 'an answer without blocks' },
  { at: /\.candidates\[\]\.finish(Reason|Message)$/, how: 'StopReason; a word that it does not know is carried' },
  {
    at: /\.candidates\[\]\.(avgLogprobs|safetyRatings.*|groundingMetadata)$/,
    how: 'how the answer was made, or nothing',
  },
  { at: /\.candidates\[\]\.safetyRatings/, how: 'how the answer was made' },
  { at: /^<>\.createTime$/, how: 'how the answer was made' },
  { at: /\.parts\[\]\.thought$/, how: 'the block is a ThinkingBlock' },
  { at: /\.includeThoughts$/, how: 'Thinking.display' },
  { at: /\.responseMimeType$/, how: 'OutputFormat' },
  { at: /\.(parameters|responseSchema)$/, how: 'the same schema as JSON Schema' },
  { at: /\.toolConfig\.functionCallingConfig/, how: 'ToolChoice, and which tools are offered; VALIDATED is carried' },
  { at: /\.generationConfig$/, how: 'an empty object that says nothing' },
  {
    at: /\.usageMetadata\./,
    how: 'Usage, which sums them otherwise; details that have no price of their own are left',
  },
  { at: /\.responseModalities/, how: 'carried, under the name of its place' },
  { at: /\.functionCall\.args$/, how: 'ToolCallBlock.args; none are written as none' },
  { at: /\.functionCall(\.willContinue)?$/, how: 'the call’s block goes on, or ends' },
  { at: /\.partialArgs\[\]\.\w+$/, how: 'pieces of ToolCallBlock.args' },
];
