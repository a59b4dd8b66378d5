/**
 * What vendors charge, written down apart from the product: dollars for a million tokens, for a thousand searches. The
 * figures are those of the product's price data of 2026-11, beside the page where each vendor publishes its own; they hold
 * the reading and the arithmetic to account, not the vendors' pages. Nothing of the product reads this.
 */

export interface Rates {
  readonly input: string;
  readonly output: string;
  readonly cacheRead?: string;
  readonly cacheWrite5m?: string;
  readonly cacheWrite1h?: string;
  readonly audioInput?: string;
  readonly webSearches?: string;
  /** From this day on, and in these hours of it (UTC): the last of a list that holds is in force. */
  readonly from?: string;
  readonly hours?: readonly (readonly [from: string, to: string])[];
  /** Above so many tokens of input in all, every token costs this instead. */
  readonly above?: readonly [tokens: number, rates: Rates];
}

interface Vendor {
  readonly source: string;
  readonly models: Readonly<Record<string, Rates | readonly Rates[]>>;
}

export const vendors: Readonly<Record<string, Vendor>> = {
  openai: {
    source: 'https://developers.openai.com/api/docs/pricing',
    models: {
      'gpt-3.5-turbo': { input: '0.50', output: '1.50' },
      'gpt-4o': { input: '2.50', cacheRead: '1.25', output: '10', webSearches: '10' },
      'gpt-4o-2024-11-20': { input: '2.50', cacheRead: '1.25', output: '10', webSearches: '10' },
      'gpt-4o-mini': { input: '0.15', cacheRead: '0.075', output: '0.60', webSearches: '10' },
      'gpt-4o-audio-preview': { input: '2.50', output: '10' },
      'gpt-4o-mini-audio-preview': { input: '0.15', output: '0.60' },
      'gpt-4o-search-preview': { input: '2.50', output: '10' },
      'gpt-4.1': { input: '2', cacheRead: '0.50', output: '8', webSearches: '10' },
      'gpt-4.1-nano': { input: '0.10', cacheRead: '0.025', output: '0.40' },
      'o4-mini': { input: '1.10', cacheRead: '0.275', output: '4.40', webSearches: '10' },
      'gpt-5': { input: '1.25', cacheRead: '0.125', output: '10', webSearches: '10' },
      'gpt-5-codex': { input: '1.25', cacheRead: '0.125', output: '10', webSearches: '10' },
      'gpt-5.1-2025-11-13': { input: '1.25', cacheRead: '0.125', output: '10', webSearches: '10' },
      'gpt-5.1-codex-max': { input: '1.25', cacheRead: '0.125', output: '10', webSearches: '10' },
      'gpt-5-mini': { input: '0.25', cacheRead: '0.025', output: '2', webSearches: '10' },
      'gpt-5-mini-2025-08-07': { input: '0.25', cacheRead: '0.025', output: '2', webSearches: '10' },
      'gpt-5-nano': { input: '0.05', cacheRead: '0.005', output: '0.40', webSearches: '10' },
      'gpt-5-nano-2025-08-07': { input: '0.05', cacheRead: '0.005', output: '0.40', webSearches: '10' },
      'gpt-5.2-2025-12-11': { input: '1.75', cacheRead: '0.175', output: '14', webSearches: '10' },
      'gpt-5.4': { input: '2.50', cacheRead: '0.25', output: '15', webSearches: '10' },
      'gpt-5.5': { input: '5', cacheRead: '0.50', output: '30', webSearches: '10' },
    },
  },
  azure: {
    source: 'https://developers.openai.com/api/docs/pricing',
    models: {
      'gpt-4.1-mini': { input: '0.40', cacheRead: '0.10', output: '1.60', webSearches: '10' },
      'gpt-5-nano': { input: '0.05', cacheRead: '0.005', output: '0.40', webSearches: '10' },
    },
  },
  anthropic: {
    source: 'https://www.anthropic.com/pricing#api',
    models: {
      'claude-3-5-sonnet-20240620': {
        input: '3',
        cacheRead: '0.30',
        cacheWrite5m: '3.75',
        cacheWrite1h: '6',
        output: '15',
        webSearches: '10',
      },
      'claude-3-7-sonnet-20250219': {
        input: '3',
        cacheRead: '0.30',
        cacheWrite5m: '3.75',
        cacheWrite1h: '6',
        output: '15',
        webSearches: '10',
      },
      'claude-sonnet-4-0': {
        input: '3',
        cacheRead: '0.30',
        cacheWrite5m: '3.75',
        cacheWrite1h: '6',
        output: '15',
        webSearches: '10',
      },
      'claude-sonnet-4-20250514': {
        input: '3',
        cacheRead: '0.30',
        cacheWrite5m: '3.75',
        cacheWrite1h: '6',
        output: '15',
        webSearches: '10',
      },
      'claude-sonnet-4-5': {
        input: '3',
        cacheRead: '0.30',
        cacheWrite5m: '3.75',
        cacheWrite1h: '6',
        output: '15',
        webSearches: '10',
        above: [
          200000,
          {
            input: '6',
            cacheRead: '0.60',
            cacheWrite5m: '7.50',
            cacheWrite1h: '12',
            output: '22.50',
            webSearches: '10',
          },
        ],
      },
      'claude-sonnet-4-6': {
        input: '3',
        cacheRead: '0.30',
        cacheWrite5m: '3.75',
        cacheWrite1h: '6',
        output: '15',
        webSearches: '10',
      },
      'claude-opus-4-6': {
        input: '5',
        cacheRead: '0.50',
        cacheWrite5m: '6.25',
        cacheWrite1h: '10',
        output: '25',
        webSearches: '10',
      },
      'claude-fable-5': {
        input: '10',
        cacheRead: '1',
        cacheWrite5m: '12.50',
        cacheWrite1h: '20',
        output: '50',
        webSearches: '10',
      },
      'claude-haiku-4-5-20251001': {
        input: '1',
        cacheRead: '0.10',
        cacheWrite5m: '1.25',
        cacheWrite1h: '2',
        output: '5',
        webSearches: '10',
      },
      'claude-sonnet-5': {
        input: '2',
        cacheRead: '0.20',
        cacheWrite5m: '2.50',
        cacheWrite1h: '4',
        output: '10',
        webSearches: '10',
      },
    },
  },
  bedrock: {
    source: 'https://aws.amazon.com/bedrock/pricing/',
    models: {
      'us.anthropic.claude-sonnet-4-5-20250929-v1:0': {
        input: '3.30',
        cacheRead: '0.33',
        cacheWrite5m: '4.125',
        output: '16.50',
      },
      'us.anthropic.claude-sonnet-4-20250514-v1:0': {
        input: '3',
        cacheRead: '0.30',
        cacheWrite5m: '3.75',
        output: '15',
      },
      'us.amazon.nova-lite-v1:0': { input: '0.06', cacheRead: '0.015', output: '0.24' },
      'us.amazon.nova-micro-v1:0': { input: '0.035', cacheRead: '0.00875', output: '0.14' },
      'amazon.titan-text-express-v1': { input: '0.20', output: '0.60' },
      'us.amazon.nova-2-lite-v1:0': { input: '0.33', cacheRead: '0.0825', output: '2.75' },
      'openai.gpt-oss-120b-1:0': { input: '0.15', output: '0.60' },
    },
  },
  gemini: {
    source: 'https://ai.google.dev/gemini-api/docs/pricing',
    models: {
      'gemini-1.5-flash': { input: '0.075', cacheRead: '0.01875', output: '0.30' },
      'gemini-2.0-flash': { input: '0.10', audioInput: '0.70', cacheRead: '0.025', output: '0.40' },
      'gemini-2.5-flash': { input: '0.30', audioInput: '1', cacheRead: '0.03', output: '2.50' },
      'gemini-2.5-pro': { input: '1.25', cacheRead: '0.125', output: '10' },
      'gemini-2.5-pro-preview-05-06': { input: '1.25', cacheRead: '0.125', output: '10' },
      'gemini-3-pro-preview': { input: '2', cacheRead: '0.20', output: '12' },
      'gemini-3-flash-preview': { input: '0.50', audioInput: '1', cacheRead: '0.05', output: '3' },
      'gemini-3.5-flash': { input: '1.50', cacheRead: '0.15', output: '9' },
    },
  },
  vertex: {
    source: 'https://cloud.google.com/vertex-ai/generative-ai/pricing',
    models: {
      'gemini-2.0-flash': { input: '0.10', audioInput: '0.70', cacheRead: '0.025', output: '0.40' },
      'gemini-2.5-flash': { input: '0.30', audioInput: '1', cacheRead: '0.03', output: '2.50' },
      'gemini-3-flash-preview': { input: '0.50', audioInput: '1', cacheRead: '0.05', output: '3' },
    },
  },
  groq: {
    source: 'https://console.groq.com/docs/models',
    models: {
      'llama-3.3-70b-versatile': { input: '0.59', output: '0.79' },
      'llama3-8b-8192': { input: '0.05', output: '0.08' },
      'openai/gpt-oss-120b': { input: '0.15', cacheRead: '0.075', output: '0.60' },
      'meta-llama/llama-4-scout-17b-16e-instruct': { input: '0.11', output: '0.34' },
    },
  },
  mistral: {
    source: 'https://mistral.ai/pricing/api',
    models: {
      'mistral-tiny': { input: '0.25', output: '0.25' },
      'mistral-small-latest': { input: '0.10', output: '0.30' },
      'pixtral-12b': { input: '0.15', output: '0.15' },
    },
  },
  moonshot: {
    source: 'https://platform.kimi.ai/docs/pricing/chat-k3.md',
    models: {
      'kimi-k3': { input: '3', cacheRead: '0.30', output: '15' },
    },
  },
  openrouter: {
    source: 'https://openrouter.ai/models',
    models: {
      'anthropic/claude-haiku-4.5': { input: '1', cacheRead: '0.10', cacheWrite5m: '1.25', output: '5' },
      'anthropic/claude-sonnet-4.6': { input: '3', cacheRead: '0.30', cacheWrite5m: '3.75', output: '15' },
      'openai/gpt-4.1-mini': { input: '0.40', cacheRead: '0.10', output: '1.60' },
      'openai/gpt-oss-20b': { input: '0.029', output: '0.14' },
    },
  },
  together: {
    source: 'https://www.together.ai/pricing',
    models: {
      'mistralai/Mixtral-8x7B-Instruct-v0.1': { input: '0.90', output: '0.90' },
    },
  },
  xai: {
    source: 'https://docs.x.ai/docs/models',
    models: {
      'grok-3-mini': { input: '0.30', cacheRead: '0.075', output: '0.50' },
      'grok-4-fast-reasoning': { input: '0.20', cacheRead: '0.05', output: '0.50' },
      'grok-4.3': { input: '1.25', cacheRead: '0.20', output: '2.50' },
    },
  },
  deepseek: {
    source: 'https://api-docs.deepseek.com/quick_start/pricing',
    models: {
      'deepseek-chat': [
        { input: '0.135', cacheRead: '0.035', output: '0.55' },
        { hours: [['00:30:00', '16:30:00']], input: '0.27', cacheRead: '0.07', output: '1.10' },
      ],
      'deepseek-reasoner': [
        { input: '0.135', cacheRead: '0.035', output: '0.55' },
        { hours: [['00:30:00', '16:30:00']], input: '0.55', cacheRead: '0.14', output: '2.19' },
      ],
      'deepseek-v4-flash': [
        { input: '0.14', cacheRead: '0.0028', output: '0.28' },
        { from: '2026-08-17', input: '0.22', cacheRead: '0.007', output: '0.66' },
        {
          hours: [
            ['01:00:00', '04:00:00'],
            ['06:00:00', '10:00:00'],
          ],
          input: '0.44',
          cacheRead: '0.014',
          output: '1.32',
        },
      ],
    },
  },
  'bedrock-mantle': {
    source: 'https://aws.amazon.com/bedrock/pricing/',
    models: {
      'openai.gpt-5.6-luna': [
        { input: '1.10', cacheRead: '0.11', cacheWrite5m: '1.375', output: '6.60' },
        { from: '2026-07-30', input: '0.22', cacheRead: '0.022', cacheWrite5m: '0.275', output: '1.32' },
      ],
    },
  },
};
