/**
 * Schemas. The API has two languages for them: its own subset of OpenAPI 3.0 (`parameters`, `responseSchema`: types in
 * capitals, `nullable`, numbers as strings) and JSON Schema (`parametersJsonSchema`, `responseJsonSchema`). The neutral
 * language and this codec's own requests know JSON Schema only.
 * https://ai.google.dev/api/caching#Schema
 */
import type { JsonObject } from '../dialect.ts';
import { refused } from '../shape.ts';
import { isObject, objectIn, rawText, type WireObject } from '../wire-object.ts';

/** JSON Schema as it stands. Throws invalid-request when it is no object. */
export function jsonSchema(value: unknown, path: string): string {
  const text = rawText(value);
  if (objectIn(text) === undefined) throw refused(path, 'must be a JSON Schema object');
  return text;
}

/** JSON Schema text from the API's own schema; the same text where it is JSON Schema already. */
export function fromOpenApi(value: unknown, path: string): string {
  const text = rawText(value);
  const schema = objectIn(text);
  if (schema === undefined) throw refused(path, 'must be a schema object');
  const converted = JSON.stringify(converse(schema));
  return converted === JSON.stringify(schema) ? text : converted;
}

/** Counts that are int64 on the wire, which JSON writes as strings. */
const counts = ['minItems', 'maxItems', 'minProperties', 'maxProperties', 'minLength', 'maxLength'];

function converse(schema: unknown): unknown {
  if (!isObject(schema)) return schema;
  const converted: WireObject = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'type') converted.type = typeOf(value, schema.nullable === true);
    else if (key === 'enum') converted.enum = schema.nullable === true ? withNull(value) : value;
    else if (key === 'properties' || key === '$defs') converted[key] = each(value);
    else if (key === 'items') converted.items = converse(value);
    else if (key === 'anyOf' && Array.isArray(value)) converted.anyOf = value.map(converse);
    else if (counts.includes(key) && typeof value === 'string') converted[key] = Number(value);
    else if (key === 'example') converted.examples = [value];
    else if (key !== 'nullable' && key !== 'propertyOrdering') converted[key] = value;
  }
  return converted;
}

function each(map: unknown): unknown {
  if (!isObject(map)) return map;
  return Object.fromEntries(Object.entries(map).map(([name, schema]) => [name, converse(schema)]));
}

function typeOf(type: unknown, nullable: boolean): unknown {
  if (typeof type !== 'string') return type;
  return nullable ? [type.toLowerCase(), 'null'] : type.toLowerCase();
}

function withNull(list: unknown): unknown {
  return Array.isArray(list) && !list.includes(null) ? [...list, null] : list;
}

/** The schema of a tool that takes something; undefined for one that takes nothing, which the API wants left out. */
export function toolSchema(text: string | undefined, path: string): string | undefined {
  if (text === undefined) return undefined;
  const schema = objectIn(text);
  if (schema === undefined) throw refused(path, "a tool's parameters must be a JSON Schema object");
  if (isEmpty(schema)) return undefined;
  if (schema.type === undefined) return `{"type":"object",${text.trimStart().slice(1)}`;
  if (schema.type !== 'object') throw refused(path, "a tool's parameters must be a JSON Schema of type object");
  return text;
}

function isEmpty(schema: JsonObject): boolean {
  const { type = 'object', properties, additionalProperties, required, ...rest } = schema;
  if (type !== 'object' || Object.keys(rest).some((key) => key !== '$schema')) return false;
  const isOpen = additionalProperties === true || isObject(additionalProperties);
  return !isOpen && (properties === undefined || (isObject(properties) && Object.keys(properties).length === 0));
}
