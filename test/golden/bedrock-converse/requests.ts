/** Converse bodies. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
import { answerSchema, citySchema, type Feature, object, objects, pdf, png, wav } from '../features.ts';

const text = (value: string) => ({ text: value });
const user = (...content: object[]) => ({ role: 'user', content });
const assistant = (...content: object[]) => ({ role: 'assistant', content });
const toolConfig = {
  tools: [{ toolSpec: { name: 'weather', description: 'Looks outside', inputSchema: { json: citySchema } } }],
};
const call = (toolUseId: string, city: string) => ({ toolUse: { toolUseId, name: 'weather', input: { city } } });
const result = (toolUseId: string, content: object[], more = {}) => ({
  toolResult: { toolUseId, content, ...more },
});
const image = { image: { format: 'png', source: { bytes: png } } };
const asked = user(text('How is it outside?'));
const calls = assistant(text('Looking.'), call('tooluse_1', 'Paris'), call('tooluse_2', 'Rome'));

const bodies: Readonly<Record<Feature, object | undefined>> = {
  text: { messages: [user(text('Hello'))] },
  system: { system: [text('Be brief.')], messages: [user(text('Hello'))] },
  'parallel tools': {
    messages: [
      asked,
      calls,
      user(result('tooluse_1', [text('sunny')]), result('tooluse_2', [text('rainy')]), text('And now?')),
    ],
    toolConfig: { ...toolConfig, toolChoice: { auto: {} } },
  },
  'tool results: errors, images': {
    messages: [
      asked,
      calls,
      user(
        result('tooluse_1', [text('no such city')], { status: 'error' }),
        result('tooluse_2', [text('see'), image]),
        text('And now?'),
      ),
    ],
    toolConfig,
  },
  thinking: {
    messages: [user(text('Think about it'))],
    toolConfig,
    inferenceConfig: { maxTokens: 40_000 },
    additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 16_384 } },
  },
  'thinking of another provider': {
    messages: [
      asked,
      assistant(
        { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'sig-of-another' } } },
        text('Looking.'),
        call('tooluse_1', 'Paris'),
      ),
      user(result('tooluse_1', [text('sunny')])),
    ],
    toolConfig,
  },
  'redacted thinking': { messages: [user(text('Think about it'))], toolConfig },
  images: { messages: [user(text('What is it?'), image)] },
  PDF: {
    messages: [user(text('What is in it?'), { document: { format: 'pdf', name: 'report', source: { bytes: pdf } } })],
  },
  audio: { messages: [user(text('What does it say?'), { audio: { format: 'wav', source: { bytes: wav } } })] },
  'structured output': {
    messages: [user(text('Answer'))],
    outputConfig: {
      textFormat: {
        type: 'json_schema',
        structure: { jsonSchema: { name: 'answer', schema: JSON.stringify(answerSchema) } },
      },
    },
  },
  refusal: { messages: [user(text('Help me with a crime'))] },
  'stop sequences': { messages: [user(text('Hello'))], inferenceConfig: { stopSequences: ['END'] } },
  'max tokens': { messages: [user(text('Hello'))], inferenceConfig: { maxTokens: 100 } },
  'usage with cache': {
    system: [text('Be brief.'), { cachePoint: { type: 'default' } }],
    messages: [user(text('Hello'))],
  },
  'error before the stream': { messages: [user(text('Hello'))] },
  'error during the stream': { messages: [user(text('Hello'))] },
};

export function request(feature: Feature): object | undefined {
  return bodies[feature];
}

export function replay(body: object, answer: Record<string, unknown>): object {
  const { messages, ...rest } = body as { messages: object[] };
  const message = object(object(answer.output).message);
  const results = objects(message.content).flatMap(({ toolUse }) => {
    const { toolUseId, type } = object(toolUse);
    return typeof toolUseId === 'string' && type !== 'server_tool_use' ? [result(toolUseId, [text('sunny')])] : [];
  });
  return { ...rest, messages: [...messages, message, user(...results)] };
}
