import { findProvider } from '@pydantic/genai-prices';

const ids = ['openai', 'anthropic', 'google', 'aws', 'mistral', 'openrouter', 'deepseek', 'groq'];

/** The published file, as far as the package has it: constraints without their type. */
export function publishedFeed(): { id: string; models: Record<string, unknown>[] }[] {
  const vendors = ids.map((providerId) => findProvider({ providerId }));
  return JSON.parse(JSON.stringify(vendors), (key, value: unknown) =>
    key === 'constraint' && typeof value === 'object' ? { ...value, type: undefined } : value,
  );
}
