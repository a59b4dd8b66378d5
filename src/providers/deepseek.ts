import { stringifyJson } from '../lib/json.ts';
import { bearer, provider } from './provider.ts';

/** The Anthropic endpoint takes Bearer as well. Responses are not stored there. */
export const deepseek = provider({
  id: 'deepseek',
  name: 'DeepSeek',
  baseUrl: 'https://api.deepseek.com',
  docs: 'https://api-docs.deepseek.com/api/create-chat-completion',
  auth: bearer,
  keyEnv: ['DEEPSEEK_API_KEY'],
  speaks: {
    'openai-chat': {
      path: '/chat/completions',
      quirks: [
        {
          rename: 'max_completion_tokens',
          to: 'max_tokens',
          why: 'only max_tokens is documented; max_completion_tokens is ignored in silence, so the caller would have no limit',
        },
        {
          edit: developerToSystem,
          field: 'messages',
          marker: '"developer"',
          needed: (messages) => Array.isArray(messages) && messages.some(isDeveloper),
          why: 'role developer is refused: unknown variant `developer`, expected one of `system`, `user` ...',
        },
        {
          edit: downgradeJsonSchema,
          field: 'response_format',
          needed: (format) => (format as { type?: unknown } | null)?.type === 'json_schema',
          why: 'JSON output is json_object only (guides/json_mode): the schema is given to the model as an instruction',
        },
      ],
    },
    anthropic: { path: '/anthropic/v1/messages', docs: 'https://api-docs.deepseek.com/guides/anthropic_api' },
    'openai-responses': { path: '/responses', docs: 'https://api-docs.deepseek.com/guides/responses_api' },
  },
  catalogId: 'deepseek',
  modelsPath: '/models',
});

/** JSON mode also wants the word "json" in a message: the instruction has it, and the schema is not lost. */
function downgradeJsonSchema(body: Record<string, unknown>): string | undefined {
  const format = body.response_format as { type?: unknown; json_schema?: { schema?: unknown } } | null;
  if (format?.type !== 'json_schema' || !Array.isArray(body.messages)) return undefined;
  const schema = format.json_schema?.schema;
  const text = typeof schema === 'string' ? schema : stringifyJson(schema ?? {});
  const content = `Answer with one JSON object that is valid against this JSON schema, and nothing else:\n${text}`;
  body.response_format = { type: 'json_object' };
  body.messages = [{ role: 'system', content }, ...body.messages];
  return 'response_format.json_schema';
}

/** It says the same as role system, so nothing is lost by it. */
function developerToSystem(body: Record<string, unknown>): undefined {
  const messages = Array.isArray(body.messages) ? body.messages : [];
  body.messages = messages.map((message) => (isDeveloper(message) ? { ...message, role: 'system' } : message));
}

const isDeveloper = (message: unknown) => (message as { role?: unknown } | null)?.role === 'developer';
