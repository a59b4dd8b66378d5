import { describe, expect, it } from 'vitest';
import { errorViolations } from './error-answer.ts';

const headers = { 'content-type': 'application/json; charset=utf-8', 'x-request-id': 'req_1' };
const chat = { message: 'no such model', type: 'invalid_request_error', param: 'model', code: 'model_not_found' };
const messages = { type: 'error', error: { type: 'not_found_error', message: 'no such model' }, request_id: 'req_1' };
const chatAnswer = { status: 404, headers, body: JSON.stringify({ error: chat }) };
const messagesAnswer = { status: 404, headers, body: JSON.stringify(messages) };

describe('the error validator', () => {
  it('passes an error of each dialect', () => {
    const rules = { dialect: 'openai-chat', status: 404, type: chat.type, code: chat.code, param: chat.param } as const;
    expect(errorViolations(chatAnswer, rules)).toEqual([]);
    expect(errorViolations(messagesAnswer, { dialect: 'anthropic', status: 404, type: 'not_found_error' })).toEqual([]);
  });

  it.each<[string, object, RegExp]>([
    ['another status', { status: 400 }, /status 400 where 404/],
    ['success', { status: 200 }, /is no error/],
    ['HTML', { body: '<html>', headers: { ...headers, 'content-type': 'text/html' } }, /content-type text\/html/],
    ['text', { body: 'not found' }, /no error object/],
    ['no request id', { headers: { 'content-type': 'application/json' } }, /request id header/],
    ['a missing key', { body: JSON.stringify({ error: { ...chat, param: undefined } }) }, /no field param/],
    ['a number as code', { body: JSON.stringify({ error: { ...chat, code: 404 } }) }, /code is number/],
    ['an empty message', { body: JSON.stringify({ error: { ...chat, message: '' } }) }, /no message/],
    ["a provider's key", { body: JSON.stringify({ error: { ...chat, message: 'bad key sk-abcdef123' } }) }, /shows/],
    ["a caller's key", { body: JSON.stringify({ error: { ...chat, message: 'bad key tg-abcdef123' } }) }, /shows/],
    [
      'a trace',
      { body: JSON.stringify({ error: { ...chat, message: 'x' } }).replace('x', 'x\n    at f (a.ts:1:2)') },
      /shows|no error object/,
    ],
    ['a flood', { body: JSON.stringify({ error: { ...chat, message: 'x'.repeat(9000) } }) }, /larger than/],
    ['a NUL', { body: JSON.stringify({ error: { ...chat, message: 'a\u0000b' } }) }, /NUL/],
  ])('a chat error must not be %s', (_name, change, violation) => {
    const violations = errorViolations({ ...chatAnswer, ...change }, { dialect: 'openai-chat', status: 404 });
    expect(violations.join('\n')).toMatch(violation);
  });

  it.each<[string, object, RegExp]>([
    ['no type error', { ...messages, type: 'x' }, /type x where error was due/],
    ['no request_id', { ...messages, request_id: undefined }, /no request_id/],
    ['another request_id', { ...messages, request_id: 'req_2' }, /req_2 in the body/],
    ['the other dialect', { error: chat }, /shape of the other dialect/],
  ])('a messages error must not have %s', (_name, body, violation) => {
    const answer = { ...messagesAnswer, body: JSON.stringify(body) };
    expect(errorViolations(answer, { dialect: 'anthropic' }).join('\n')).toMatch(violation);
  });
});
