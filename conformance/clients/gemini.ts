/** https://ai.google.dev/api/generate-content */
import { count, errorText, type Fields, fields, list, parse, text } from '../json.ts';
import { type Client, nothing, type Reading, type Turn, type WireEvent } from '../question.ts';

export const geminiClient: Client = {
  dialect: 'gemini',
  headers: {},
  path: ({ model, stream }) =>
    `/v1beta/models/${encodeURIComponent(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  body: (question) => ({
    contents: question.turns.map(content),
    ...(question.system !== undefined && { systemInstruction: { parts: [{ text: question.system }] } }),
    ...(question.tools && {
      tools: [
        {
          functionDeclarations: question.tools.map(({ name, description, schema }) => ({
            name,
            description,
            parametersJsonSchema: schema,
          })),
        },
      ],
    }),
    generationConfig: {
      maxOutputTokens: question.maxTokens,
      ...(question.stop && { stopSequences: [question.stop] }),
      ...(question.schema && { responseMimeType: 'application/json', responseJsonSchema: question.schema }),
      ...(question.think && { thinkingConfig: { includeThoughts: true } }),
    },
  }),
  whole: (body) => reading(list(fields(candidate(body).content).parts), body),
  streamed,
};

function content(turn: Turn): unknown {
  if ('replay' in turn) return { role: 'model', parts: turn.replay };
  if ('results' in turn) {
    const parts = turn.results.map(({ id, name, text: result }) => ({
      functionResponse: { ...(id.startsWith('unnamed') ? {} : { id }), name, response: { result } },
    }));
    return { role: 'user', parts };
  }
  const image = turn.png && { inlineData: { mimeType: 'image/png', data: turn.png.toString('base64') } };
  return { role: 'user', parts: [{ text: turn.user }, ...(image ? [image] : [])] };
}

const candidate = (body: Fields) => fields(list(body.candidates)[0]);

function reading(parts: readonly Fields[], body: Fields): Reading {
  const calls = parts.filter((part) => part.functionCall !== undefined).map((part) => fields(part.functionCall));
  const finish = text(candidate(body).finishReason);
  const { promptTokenCount, candidatesTokenCount, thoughtsTokenCount } = fields(body.usageMetadata);
  return {
    text: parts
      .filter((part) => part.thought !== true)
      .map((part) => text(part.text))
      .join(''),
    thinking: parts.map((part) => (part.thought === true ? text(part.text) : text(part.thoughtSignature))).join(''),
    // The dialect lets calls be without an id; they are then told apart by their order.
    calls: calls.map(({ id, name, args }, at) => ({
      id: text(id) || `unnamed-${at}`,
      name: text(name),
      args: JSON.stringify(args ?? {}),
    })),
    stop: finish === 'STOP' ? (calls.length > 0 ? 'tool-call' : 'end') : finish === 'MAX_TOKENS' ? 'length' : undefined,
    usage:
      body.usageMetadata === undefined
        ? undefined
        : { input: count(promptTokenCount), output: count(candidatesTokenCount) + count(thoughtsTokenCount) },
    whole: finish !== '',
    error: errorText(body),
    replay: parts,
  };
}

function streamed(events: readonly WireEvent[]): Reading {
  if (events.length === 0) return nothing;
  const chunks = events.map(({ data }) => parse(data) ?? {});
  const parts = chunks.flatMap((chunk) => list(fields(candidate(chunk).content).parts));
  const last = chunks.findLast((chunk) => candidate(chunk).finishReason !== undefined) ?? {};
  const usageMetadata = chunks.findLast((chunk) => chunk.usageMetadata !== undefined)?.usageMetadata;
  const error = chunks.map(errorText).find((told) => told !== undefined);
  return { ...reading(parts, { ...last, usageMetadata }), error };
}
