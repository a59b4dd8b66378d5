/** generateContent bodies. https://ai.google.dev/api/generate-content */
import { answerSchema, citySchema, type Feature, object, objects, pdf, png, wav } from '../features.ts';

const user = (...parts: object[]) => ({ role: 'user', parts });
const model = (...parts: object[]) => ({ role: 'model', parts });
const text = (value: string) => ({ text: value });
const tools = [
  { functionDeclarations: [{ name: 'weather', description: 'Looks outside', parametersJsonSchema: citySchema }] },
];
const call = (city: string) => ({ functionCall: { name: 'weather', args: { city } } });
const result = (response: object, more = {}) => ({ functionResponse: { name: 'weather', response, ...more } });
const data = (mimeType: string, base64: string) => ({ inlineData: { mimeType, data: base64 } });
const asked = user(text('How is it outside?'));
const calls = model(text('Looking.'), call('Paris'), call('Rome'));

const bodies: Readonly<Record<Feature, object | undefined>> = {
  text: { contents: [user(text('Hello'))] },
  system: { systemInstruction: { parts: [text('Be brief.')] }, contents: [user(text('Hello'))] },
  'parallel tools': {
    contents: [asked, calls, user(result({ output: 'sunny' }), result({ output: 'rainy' }), text('And now?'))],
    tools,
    toolConfig: { functionCallingConfig: { mode: 'AUTO' } },
  },
  'tool results: errors, images': {
    contents: [
      asked,
      calls,
      user(
        result({ error: 'no such city' }),
        result({ output: 'see' }, { parts: [data('image/png', png)] }),
        text('And now?'),
      ),
    ],
    tools,
  },
  thinking: {
    contents: [user(text('Think about it'))],
    tools,
    generationConfig: {
      maxOutputTokens: 40_000,
      thinkingConfig: { thinkingBudget: 16_384, includeThoughts: true },
    },
  },
  'thinking of another provider': {
    contents: [
      asked,
      model({ text: 'Hm.', thought: true }, text('Looking.'), { ...call('Paris'), thoughtSignature: 'c2lnb2Y=' }),
      user(result({ output: 'sunny' })),
    ],
    tools,
  },
  'redacted thinking': { contents: [user(text('Think about it'))], tools },
  images: { contents: [user(text('What is it?'), data('image/png', png))] },
  PDF: {
    contents: [
      user(text('What is in it?'), {
        inlineData: { mimeType: 'application/pdf', data: pdf, displayName: 'report.pdf' },
      }),
    ],
  },
  audio: { contents: [user(text('What does it say?'), data('audio/wav', wav))] },
  'structured output': {
    contents: [user(text('Answer'))],
    generationConfig: { responseMimeType: 'application/json', responseJsonSchema: answerSchema },
  },
  refusal: { contents: [user(text('Help me with a crime'))] },
  'stop sequences': { contents: [user(text('Hello'))], generationConfig: { stopSequences: ['END'] } },
  'max tokens': { contents: [user(text('Hello'))], generationConfig: { maxOutputTokens: 100 } },
  'usage with cache': { contents: [user(text('Hello'))] },
  'error before the stream': { contents: [user(text('Hello'))] },
  'error during the stream': { contents: [user(text('Hello'))] },
};

export function request(feature: Feature): object | undefined {
  return bodies[feature];
}

export function replay(body: object, answer: Record<string, unknown>): object {
  const { contents, ...rest } = body as { contents: object[] };
  const content = object(objects(answer.candidates)[0]?.content);
  const results = objects(content.parts).flatMap(({ functionCall: made }) => {
    const { id, name } = object(made);
    return name === undefined ? [] : [{ functionResponse: { id, name, response: { output: 'sunny' } } }];
  });
  return { ...rest, contents: [...contents, content, user(...results)] };
}
