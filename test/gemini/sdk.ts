/** Answers as Google's official SDK reads them, whole and as a stream. */
import { type GenerateContentParameters, type GenerateContentResponse, GoogleGenAI } from '@google/genai';
import { type Rig, rigKey } from '../cases/rig.ts';

export interface SdkReading {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly id: string | undefined; readonly name: string; readonly args: unknown }[];
  readonly finish: string | undefined;
  readonly usage: Readonly<Record<string, number>>;
  readonly model: string | undefined;
  readonly signatures: readonly string[];
}

export function googleSdk(rig: Rig): GoogleGenAI {
  return new GoogleGenAI({ apiKey: rigKey, httpOptions: { baseUrl: rig.url } });
}

type Options = Partial<GenerateContentParameters>;

/** Rejects with the SDK's own error when the answer fails. */
export async function readBySdk(rig: Rig, model: string, stream: boolean, options: Options = {}): Promise<SdkReading> {
  const asked = { model, contents: 'Hello', ...options };
  const { models } = googleSdk(rig);
  if (!stream) return readingOf([await models.generateContent(asked)]);
  const chunks: GenerateContentResponse[] = [];
  for await (const chunk of await models.generateContentStream(asked)) chunks.push(chunk);
  return readingOf(chunks);
}

function readingOf(chunks: readonly GenerateContentResponse[]): SdkReading {
  const parts = chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
  const last = chunks.at(-1);
  const usage = last?.usageMetadata ?? {};
  const texts = (isThought: boolean) =>
    parts.filter((part) => (part.thought === true) === isThought).map((part) => part.text ?? '');
  return {
    text: texts(false).join(''),
    reasoning: texts(true).join(''),
    calls: parts.flatMap(({ functionCall: call }) =>
      call === undefined ? [] : [{ id: call.id, name: call.name ?? '', args: call.args }],
    ),
    finish: last?.candidates?.[0]?.finishReason,
    usage: {
      prompt: usage.promptTokenCount ?? 0,
      cached: usage.cachedContentTokenCount ?? 0,
      said: usage.candidatesTokenCount ?? 0,
      thoughts: usage.thoughtsTokenCount ?? 0,
      total: usage.totalTokenCount ?? 0,
    },
    model: last?.modelVersion,
    signatures: parts.flatMap((part) => (part.thoughtSignature === undefined ? [] : [part.thoughtSignature])),
  };
}
