/** Google's SDK keeps each chunk as a content of its own; its command-line agent joins them and leaves thoughts out. */
import { fields, type Json, list } from '../../fakes/sealing.ts';
import { type Agent, instructions, sseData, tools } from './agent.ts';

function agent(name: string, keep: (contents: readonly Json[]) => readonly Json[]): Agent {
  return {
    name,
    dialect: 'gemini',
    path: (model, stream) =>
      `/v1beta/models/${encodeURIComponent(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: (_model, history) => ({
      contents: history,
      systemInstruction: { role: 'user', parts: [{ text: instructions }] },
      tools: [
        {
          functionDeclarations: tools.map(({ schema: parametersJsonSchema, ...rest }) => ({
            ...rest,
            parametersJsonSchema,
          })),
        },
      ],
      generationConfig: { thinkingConfig: { includeThoughts: true, thinkingBudget: 2000 } },
    }),
    user: (text) => ({ role: 'user', parts: [{ text }] }),
    results: (calls, text) => [
      {
        role: 'user',
        parts: calls.map(({ id, name: called }) => ({
          functionResponse: { ...(id !== '' && { id }), name: called, response: { output: `${called}: ${text}` } },
        })),
      },
    ],
    read: (answer, stream) => {
      const answers = stream ? sseData(answer) : [JSON.parse(answer.toString('utf8')) as Json];
      const contents = answers.map((chunk) => fields(list(chunk.candidates)[0]?.content)).filter(({ parts }) => parts);
      const calls = contents.flatMap(({ parts }) => list(parts).map((part) => fields(part.functionCall)));
      return {
        kept: keep(contents),
        calls: calls
          .filter((call) => call.name !== undefined)
          .map(({ id, name: called }) => ({ id: typeof id === 'string' ? id : '', name: String(called) })),
      };
    },
  };
}

/** Gemini CLI: one content, neighbouring texts joined, no thoughts. */
function condensed(contents: readonly Json[]): readonly Json[] {
  const parts: Json[] = [];
  for (const part of contents.flatMap((content) => list(content.parts))) {
    const last = parts.at(-1);
    if (part.thought === true) continue;
    const isPlain = (each: Json | undefined) =>
      each !== undefined && typeof each.text === 'string' && each.thoughtSignature === undefined;
    if (last !== undefined && isPlain(last) && isPlain(part)) last.text = `${last.text}${part.text}`;
    else parts.push({ ...part });
  }
  return [{ role: 'model', parts }];
}

export const geminiAgents: readonly Agent[] = [
  agent('Gemini SDK', (contents) => contents),
  agent('Gemini CLI', condensed),
];
