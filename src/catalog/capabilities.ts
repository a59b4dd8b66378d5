/** What a model takes in and how much of it, by its name alone: the same model is the same at every vendor. */
import data from './capabilities.json' with { type: 'json' };

export type InputKind = 'text' | 'image' | 'pdf' | 'audio' | 'video';

export interface Capabilities {
  readonly contextTokens?: number;
  readonly outputTokensMax?: number;
  /** Empty: unknown. */
  readonly inputs: readonly InputKind[];
  /** Can think before it answers. */
  readonly thinking?: boolean;
  readonly tools?: boolean;
}

interface Fact {
  readonly context?: number;
  readonly output?: number;
  readonly input?: string;
  readonly thinking?: boolean;
  readonly tools?: boolean;
}

const facts = new Map<string, Fact>(Object.entries(data.models));
const kinds: Readonly<Record<string, InputKind>> = { t: 'text', i: 'image', p: 'pdf', a: 'audio', v: 'video' };

/** Also by a dated, `-latest`, prefixed or suffixed name; undefined for a model that no list has. */
export function capabilitiesOf(name: string): Capabilities | undefined {
  const fact = spellings(name)
    .map((spelling) => facts.get(spelling))
    .find((found) => found !== undefined);
  if (fact === undefined) return undefined;
  return {
    contextTokens: fact.context,
    outputTokensMax: fact.output,
    inputs: [...(fact.input ?? '')].flatMap((letter) => kinds[letter] ?? []),
    thinking: fact.thinking,
    tools: fact.tools,
  };
}

/** `us.anthropic.claude-x-20250929-v1:0` is listed as `claude-x`, `meta-llama/Llama-3.3:free` as `llama-3.3`. */
function spellings(name: string): string[] {
  const bare = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
  const plain = bare.replace(/[:@].*$/, '').replace(/-v\d$/, '');
  const own = plain.replace(/^(?:(?:us|eu|apac|global|jp|au)\.)?[a-z0-9]+\.(?=[a-z])/, '');
  const undated = own.replace(/-(20\d{6}|20\d\d-\d\d-\d\d|latest|\d{4})$/, '');
  return [...new Set([bare, plain, own, undated])];
}
