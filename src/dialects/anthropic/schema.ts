/** JSON Schemas as this API wants them; the text is kept wherever it already fits. */
import type { JsonObject } from '../dialect.ts';
import { refused } from '../shape.ts';
import { isObject, objectIn } from '../wire-object.ts';

const emptySchema = '{"type":"object","properties":{}}';

/** A tool's `input_schema`: must say that it is an object, which other APIs leave open. */
export function inputSchema(text: string | undefined, path: string): string {
  if (text === undefined) return emptySchema;
  const schema = objectIn(text);
  if (schema === undefined) throw refused(path, "a tool's parameters must be a JSON Schema object");
  if (Object.keys(schema).length === 0) return emptySchema;
  if (schema.type === undefined) return `{"type":"object",${text.trimStart().slice(1)}`;
  if (schema.type !== 'object') throw refused(path, "a tool's parameters must be a JSON Schema of type object");
  return text;
}

/**
 * The schema of an answer: every object in it must be closed, or the API refuses the request. Closing one that was left
 * open only narrows what the model may write, so the answer still fits the caller's schema.
 * https://platform.claude.com/docs/en/build-with-claude/structured-outputs
 */
export function answerSchema(text: string, path: string): string {
  const schema = objectIn(text);
  if (schema === undefined) throw refused(path, 'must be a JSON Schema object');
  return isClosed(schema) ? text : JSON.stringify(closed(schema));
}

const schemaMaps = ['properties', '$defs', 'definitions'];
const schemaLists = ['anyOf', 'oneOf', 'prefixItems'];

function isClosed(schema: unknown): boolean {
  return JSON.stringify(closed(schema)) === JSON.stringify(schema);
}

function closed(schema: unknown): unknown {
  if (!isObject(schema)) return schema;
  const copy: Record<string, unknown> = { ...schema };
  for (const key of schemaMaps) {
    const map = copy[key];
    if (isObject(map)) copy[key] = Object.fromEntries(Object.entries(map).map(([name, item]) => [name, closed(item)]));
  }
  for (const key of schemaLists) if (Array.isArray(copy[key])) copy[key] = copy[key].map(closed);
  if (isObject(copy.items)) copy.items = closed(copy.items);
  if (isObjectSchema(copy) && copy.additionalProperties === undefined) copy.additionalProperties = false;
  return copy;
}

function isObjectSchema(schema: JsonObject): boolean {
  return schema.type === 'object' || (Array.isArray(schema.type) && schema.type.includes('object'));
}
