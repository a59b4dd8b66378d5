import { describe, expect, it } from 'vitest';
import { noteCarried, settleCarried } from './carried.ts';
import { LlmFailure } from './error.ts';
import { NoteList } from './notes.ts';

function settle(raw: object, dialect: 'openai-chat' | 'anthropic' = 'openai-chat'): string[] {
  const notes = new NoteList();
  settleCarried({ dialect, raw }, dialect === 'anthropic' ? 'openai-chat' : 'anthropic', notes);
  return notes.list.map((note) => note.field);
}

function refusedParam(raw: object, dialect: 'openai-chat' | 'anthropic' = 'openai-chat'): string | undefined {
  try {
    settle(raw, dialect);
  } catch (error) {
    return error instanceof LlmFailure ? error.error.param : undefined;
  }
  return undefined;
}

describe('fields of another dialect', () => {
  it.each([{ n: 2 }, { logprobs: true }, { top_logprobs: 5 }, { modalities: ['text', 'audio'] }, { audio: {} }])(
    'case 38, 72, 73: %j changes the answer and is refused by name',
    (raw) => {
      expect(refusedParam(raw)).toBe(Object.keys(raw)[0]);
    },
  );

  it('a value that asks for nothing special passes without a word', () => {
    expect(settle({ n: 1, logprobs: false, top_logprobs: 0, modalities: ['text'], store: null })).toEqual([]);
  });

  it('case 76, 79: hints and unknown fields are left out and noted', () => {
    expect(settle({ verbosity: 'low', foo: 1, constructor: 2 })).toEqual(['verbosity', 'foo', 'constructor']);
    expect(settle({ context_management: {}, safeguards: {} }, 'anthropic')).toEqual([
      'context_management',
      'safeguards',
    ]);
    expect(refusedParam({ mcp_servers: [{}] }, 'anthropic')).toBe('mcp_servers');
  });

  it('a dialect keeps its own fields, and what the caller handled is left alone', () => {
    const notes = new NoteList();
    settleCarried({ dialect: 'openai-chat', raw: { n: 3 } }, 'openai-chat', notes);
    settleCarried({ dialect: 'anthropic', raw: { thinking: {} } }, 'openai-chat', notes, ['thinking']);
    noteCarried({ dialect: 'openai-chat', raw: { name: 'x' } }, 'openai-chat', 'messages', notes);
    expect(notes.list).toEqual([]);
    noteCarried({ dialect: 'openai-chat', raw: { name: 'x' } }, 'anthropic', 'messages', notes);
    expect(notes.list.map((note) => note.field)).toEqual(['messages.name']);
  });
});
