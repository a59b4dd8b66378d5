import { describe, expect, it } from 'vitest';
import { scanJson, spliceJson } from '../../lib/json.ts';
import { withoutUnsigned } from './unsigned-thinking.ts';

function relayed(body: string): string {
  const scan = scanJson(Buffer.from(body));
  return Buffer.concat(spliceJson(scan, withoutUnsigned(scan))).toString();
}

const thought = (signature: string) => `{"type":"thinking","thinking":"hm","signature":"${signature}"}`;
const call = '{"type":"tool_use","id":"t","name":"f","input":{"b":1,"a":12345678901234567890,"f":1.0}}';
const body = (blocks: string, more = '') =>
  `{"model":"m",${more}"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[${blocks}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t"}]}],"foo":1}`;
const budget = '"thinking":{"type":"enabled","budget_tokens":2048},';

describe('thinking without a signature in a relayed body (case 63)', () => {
  it('is taken out, and every other byte of value stays', () => {
    const unsigned = `${thought('')},{"type":"redacted_thinking","data":""},${thought('')}`;
    expect(relayed(body(`${unsigned},${call}`))).toBe(body(call));
  });

  it('takes the thinking budget with it when the turn goes on without its thinking', () => {
    expect(relayed(body(`${thought('')},${call}`, budget))).toBe(body(call));
    const kept = body(`${thought('Sig==')},${call}`, budget);
    expect(relayed(body(`${thought('Sig==')},${thought('')},${call}`, budget))).toBe(kept);
  });

  it('leaves no message without content', () => {
    expect(
      relayed(`{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[${thought('')}]}]}`),
    ).toBe('{"messages":[{"role":"user","content":"q"}]}');
  });

  it('leaves all other bodies as they are, byte for byte', () => {
    for (const text of [
      body(`${thought('Sig==')},${call}`, budget),
      body('{"type":"text","text":"say \\"tg1.x\\" and \\"signature\\":\\"\\""}'),
      `{ "messages" : [ {"role":"user","content":"x", "signature":""} ] }`,
      '{"messages":"tg1."}',
      '{"model":"m"}',
    ]) {
      expect(relayed(text)).toBe(text);
    }
  });
});
