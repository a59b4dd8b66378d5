import { describe, expect, it } from 'vitest';
import { LlmFailure } from '../../llm/error.ts';
import { assistant, call, result, system, text, user } from './request.fixture.ts';
import { checkResults } from './results.ts';

function paramOf(...turns: Parameters<typeof checkResults>[0]): string | undefined {
  try {
    checkResults(turns);
  } catch (error) {
    if (error instanceof LlmFailure) return error.error.param;
    throw error;
  }
  return undefined;
}

describe('calls and their results', () => {
  it('pass where each call has its result, in any order, in one message or several', () => {
    const calls = assistant(call('a'), call('b'));
    expect(paramOf(user(text('q')), calls, user(result('b'), result('a'), text('x')))).toBeUndefined();
    expect(paramOf(calls, user(result('b')), system(text('r')), user(result('a')))).toBeUndefined();
    expect(paramOf(assistant(call('a')), assistant(call('b')), user(result('a'), result('b')))).toBeUndefined();
  });

  it('pass where a later turn uses an id again', () => {
    expect(paramOf(assistant(call('a')), user(result('a')), assistant(call('a')), user(result('a')))).toBeUndefined();
  });

  it('are refused with the place of a result that is orphaned or doubled', () => {
    expect(paramOf(user(result('z')))).toBe('messages[0].content[0].tool_use_id');
    expect(paramOf(assistant(call('a')), user(result('a'), result('a')))).toBe('messages[1].content[1].tool_use_id');
    expect(paramOf(assistant(call('a')), user(result('a')), assistant(text('x')), user(result('a')))).toBe(
      'messages[3].content[0].tool_use_id',
    );
  });

  it('are refused with the place of a call without a result', () => {
    expect(paramOf(assistant(text('x'), call('a')))).toBe('messages[0].content[1]');
    expect(paramOf(assistant(call('a'), call('b')), user(result('a')), assistant(text('x')))).toBe(
      'messages[0].content[1]',
    );
  });
});
