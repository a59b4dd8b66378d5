/** How the clients that speak OpenAI chat ask. https://platform.openai.com/docs/api-reference/chat/create */
import { type Check, question, shellSchema } from './client.ts';

export interface ChatManner {
  /** Its tool for the shell. */
  readonly tool: string;
  /** Fields of its own. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly userAgent: string;
}

const answerTokensMax = 1_024;

export function chatCheck({ tool, fields, userAgent }: ChatManner): Check {
  return {
    dialect: 'openai-chat',
    path: () => '/v1/chat/completions',
    headers: (key) => ({ authorization: `Bearer ${key}`, 'user-agent': userAgent }),
    body: (model) => ({
      model,
      messages: [
        { role: 'system', content: 'You are a coding agent.' },
        { role: 'user', content: question },
      ],
      tools: [
        {
          type: 'function',
          function: { name: tool, description: 'Runs a command.', parameters: shellSchema('command') },
        },
      ],
      stream: true,
      stream_options: { include_usage: true },
      ...(fields ?? { max_tokens: answerTokensMax }),
    }),
  };
}
