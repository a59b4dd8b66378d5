import { describe, expect, it } from 'vitest';
import { geminiStreamViolations } from './gemini-stream.ts';

const tail = { modelVersion: 'm', responseId: 'r1' };
const frame = (body: object) => `data: ${JSON.stringify(body)}\r\n\r\n`;
const chunk = (part: object, more: object = {}, beside: object = {}) =>
  frame({ candidates: [{ content: { parts: [part], role: 'model' }, index: 0, ...more }], ...beside, ...tail });
const usageMetadata = { promptTokenCount: 4, candidatesTokenCount: 2, thoughtsTokenCount: 1, totalTokenCount: 7 };
const end = chunk({ text: '' }, { finishReason: 'STOP' }, { usageMetadata });
const call = chunk({ functionCall: { id: 'c1', name: 'f', args: {} } });
const whole = chunk({ text: 'hm', thought: true }) + chunk({ text: 'Hi' }) + call + end;
const error = frame({ error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } });

describe('V-GEM', () => {
  it('passes a whole stream, with blank lines between its events', () => {
    expect(geminiStreamViolations(whole, { outcome: 'whole' })).toEqual([]);
    expect(geminiStreamViolations(whole.replaceAll('\r\n\r\n', '\r\n\r\n\r\n\r\n'), { outcome: 'whole' })).toEqual([]);
  });

  it('passes a failure: the beginning, then one error', () => {
    for (const start of ['', chunk({ text: 'Hi' }), call])
      expect(geminiStreamViolations(start + error, { outcome: 'failed' })).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    ['a comment', `: keepalive\r\n\r\n${whole}`, /comment/],
    ['a named event', whole.replace('data:', 'event: x\r\ndata:'), /named x/],
    ['lines without CR', whole.replaceAll('\r', ''), /without CR/],
    ['no blank line at the end', whole.slice(0, -2), /no blank line/],
    ['[DONE]', `${whole}data: [DONE]\r\n\r\n`, /not a JSON object/],
    ['no reason', whole.replace(end, ''), /no finishReason/],
    ['an unknown reason', whole.replace('"STOP"', '"DONE"'), /finishReason DONE/],
    ['something behind the end', whole + call, /behind the end/],
    ['another id', whole.replace('"responseId":"r1"', '"responseId":"r2"'), /id changes/],
    ['no model', whole.replaceAll(',"modelVersion":"m"', ''), /no modelVersion/],
    ['another role', whole.replace('"role":"model"', '"role":"assistant"'), /role assistant/],
    ['an empty content', whole.replace('{"text":"Hi"}', ''), /without parts/],
    ['a call without an id', whole.replace('"id":"c1",', ''), /without an id/],
    ['two calls with one id', whole.replace(call, call + call), /two calls/],
    ['arguments as text', whole.replace('"args":{}', '"args":"{}"'), /no object/],
    ['no usage', whole.replace(/"usageMetadata":\{[^}]*\},/, ''), /no usage/],
    ['a wrong total', whole.replace('"totalTokenCount":7', '"totalTokenCount":6'), /total is 6/],
    ['two candidates', whole.replace('{"candidates":[', '{"candidates":[{},'), /exactly one/],
  ])('finds %s', (_name, body, what) => {
    expect(geminiStreamViolations(body, { outcome: 'whole' }).join()).toMatch(what);
  });

  it('finds a failure that looks whole, and one without its words', () => {
    expect(geminiStreamViolations(whole, { outcome: 'failed' }).join()).toMatch(/no error/);
    expect(geminiStreamViolations(error.replace('503', '"x"'), { outcome: 'failed' }).join()).toMatch(/status code/);
    expect(geminiStreamViolations(chunk({ text: 'Hi' }) + error, { outcome: 'whole' }).join()).toMatch(/an error/);
  });
});
