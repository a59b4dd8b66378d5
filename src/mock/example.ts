/** A document that fits a JSON schema, the smallest obvious one: what an obedient model answers. */
export type JsonSchema = Record<string, unknown>;

export function exampleOf(schema: JsonSchema, root: JsonSchema = schema, depth = 0): unknown {
  if (depth > 20) return null;
  if (typeof schema.$ref === 'string') return exampleOf(resolve(root, schema.$ref), root, depth + 1);
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const choice = [schema.anyOf, schema.oneOf].find(Array.isArray)?.[0];
  if (choice !== undefined) return exampleOf(choice as JsonSchema, root, depth + 1);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object' || schema.properties !== undefined) return exampleObject(schema, root, depth);
  if (type === 'array') {
    const item = exampleOf((schema.items ?? {}) as JsonSchema, root, depth + 1);
    return Array.from({ length: Math.max(1, Number(schema.minItems ?? 1)) }, () => item);
  }
  if (type === 'integer' || type === 'number') return Math.max(Number(schema.minimum ?? 7), 7);
  if (type === 'boolean') return true;
  if (type === 'null') return null;
  return 'example';
}

function exampleObject(schema: JsonSchema, root: JsonSchema, depth: number): JsonSchema {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  return Object.fromEntries(properties.map(([name, property]) => [name, exampleOf(property, root, depth + 1)]));
}

function resolve(root: JsonSchema, ref: string): JsonSchema {
  let value: unknown = root;
  for (const part of ref.replace(/^#\/?/, '').split('/').filter(Boolean))
    value = (value as JsonSchema)[decodeURIComponent(part)];
  return (value ?? {}) as JsonSchema;
}
