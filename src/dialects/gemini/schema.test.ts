import { describe, expect, it } from 'vitest';
import { fromOpenApi, toolSchema } from './schema.ts';

describe('a schema of the API', () => {
  it('is said in JSON Schema', () => {
    const schema = {
      type: 'OBJECT',
      properties: {
        city: { type: 'STRING', nullable: true, enum: ['a', 'b'] },
        list: {
          type: 'ARRAY',
          items: { anyOf: [{ type: 'NUMBER' }, { type: 'INTEGER' }] },
          minItems: '1',
          maxItems: '3',
        },
        type: { type: 'BOOLEAN', example: true },
      },
      propertyOrdering: ['city', 'list'],
      required: ['city'],
    };
    expect(JSON.parse(fromOpenApi(JSON.stringify(schema), 'p'))).toEqual({
      type: 'object',
      properties: {
        city: { type: ['string', 'null'], enum: ['a', 'b', null] },
        list: { type: 'array', items: { anyOf: [{ type: 'number' }, { type: 'integer' }] }, minItems: 1, maxItems: 3 },
        type: { type: 'boolean', examples: [true] },
      },
      required: ['city'],
    });
  });

  it('that is JSON Schema already keeps its bytes', () => {
    const text = '{ "type": "object",\n "properties": {"a": {"type":"string"}} }';
    expect(fromOpenApi(text, 'p')).toBe(text);
  });

  it('that is none is refused with its place', () => {
    expect(() => fromOpenApi('[1]', 'tools[0].parameters')).toThrow(/tools\[0\]\.parameters/);
  });
});

describe("a tool's parameters", () => {
  it.each([
    [undefined, undefined],
    ['{}', undefined],
    ['{"type":"object","properties":{}}', undefined],
    ['{"$schema":"x","type":"object","additionalProperties":false}', undefined],
    ['{"type":"object","additionalProperties":true}', '{"type":"object","additionalProperties":true}'],
    ['{"properties":{"a":{}}}', '{"type":"object","properties":{"a":{}}}'],
    ['{"type":"object","properties":{"a":{}}}', '{"type":"object","properties":{"a":{}}}'],
  ])('%s are %s', (text, wanted) => {
    expect(toolSchema(text, 'p')).toBe(wanted);
  });

  it('must be an object', () => {
    expect(() => toolSchema('{"type":"string"}', 'tools[0].parameters')).toThrow(/type object/);
    expect(() => toolSchema('nonsense', 'tools[0].parameters')).toThrow(/JSON Schema object/);
  });
});
