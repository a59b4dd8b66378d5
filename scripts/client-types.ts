/** The routes of the management API as TypeScript, for client/src/api.ts, from the OpenAPI description that is served. */
import { describeApi, type JsonSchema, type OpenApi, type Operation } from '../src/control/api/openapi.ts';
import { apiRoutes } from '../src/control/api/routes.ts';

/** What zod renders beyond what the reference page reads. */
interface Schema extends JsonSchema {
  readonly allOf?: readonly Schema[];
  readonly prefixItems?: readonly Schema[];
}

export function renderClientTypes(api: OpenApi = describeApi(apiRoutes)): string {
  const schemas = Object.entries(api.components.schemas).map(
    ([name, schema]) => `${docs([schema.description], '')}export type ${name} = ${typeOf(schema, '')};\n`,
  );
  const routes = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => renderRoute(`${method.toUpperCase()} ${path}`, operation)),
  );
  return [
    '/** Written by `npm run docs` from the API itself: what each route of /api/v1 takes and answers. Not edited by hand. */\n',
    ...schemas,
    `export interface Routes {\n${routes.join('')}}\n`,
  ].join('\n');
}

/** `answer`: JSON. `file`: a download of that media type. `events`: server-sent events. */
function renderRoute(name: string, operation: Operation): string {
  const pad = '    ';
  const body = operation.requestBody;
  const bodyType = body && typeOf(body.content['application/json']?.schema ?? {}, pad);
  const members = [
    ...parametersOf(operation, 'path', 'params'),
    ...parametersOf(operation, 'query', 'query'),
    ...(body === undefined ? [] : [`${pad}body${body.required ? '' : '?'}: ${bodyType};\n`]),
    `${pad}${answerOf(operation)};\n`,
  ];
  return `${docs([operation.summary, operation.description], '  ')}  '${name}': {\n${members.join('')}  };\n`;
}

function parametersOf(operation: Operation, where: 'path' | 'query', member: string): readonly string[] {
  const found = (operation.parameters ?? []).filter((parameter) => parameter.in === where);
  if (found.length === 0) return [];
  const fields = found.map(({ name, required, description, schema }) =>
    field(name, required, { ...schema, ...(description !== undefined && { description }) }, '      '),
  );
  const optional = found.some(({ required }) => required) ? '' : '?';
  return [`    ${member}${optional}: {\n${fields.join('')}    };\n`];
}

function answerOf({ responses }: Operation): string {
  const [, good = {}] = Object.entries(responses).find(([status]) => status.startsWith('2')) ?? [];
  const content = (good as { content?: Readonly<Record<string, { schema: Schema }>> }).content ?? {};
  const [[media, { schema }] = [undefined, { schema: {} }]] = Object.entries(content);
  if (media === undefined) return 'answer: undefined';
  if (media === 'application/json') return `answer: ${typeOf(schema, '    ')}`;
  return media.startsWith('text/event-stream') ? 'events: true' : `file: ${JSON.stringify(media)}`;
}

function typeOf(schema: Schema, pad: string): string {
  const { $ref, const: constant, enum: choices, anyOf, oneOf, allOf, prefixItems, items, type } = schema;
  if ($ref !== undefined) return $ref.slice($ref.lastIndexOf('/') + 1);
  if (constant !== undefined) return JSON.stringify(constant);
  if (choices !== undefined) return choices.map((each) => JSON.stringify(each)).join(' | ');
  const either = anyOf ?? oneOf;
  if (either !== undefined) return unique(either.map((each) => typeOf(each, pad))).join(' | ');
  if (allOf !== undefined) return allOf.map((each) => `(${typeOf(each, pad)})`).join(' & ');
  if (prefixItems !== undefined) return `readonly [${prefixItems.map((each) => typeOf(each, pad)).join(', ')}]`;
  if (Array.isArray(type)) return unique(type.map((each) => typeOf({ ...schema, type: each }, pad))).join(' | ');
  if (type === 'array') return listOf(typeOf(items ?? {}, pad));
  if (type === 'object') return objectOf(schema, pad);
  if (type === 'integer' || type === 'number') return 'number';
  return type === 'string' || type === 'boolean' || type === 'null' ? type : 'unknown';
}

function objectOf({ properties, required = [], additionalProperties }: Schema, pad: string): string {
  const fields = Object.entries(properties ?? {}).map(([name, schema]) =>
    field(name, required.includes(name), schema, `${pad}  `),
  );
  if (fields.length > 0) return `{\n${fields.join('')}${pad}}`;
  const isMap = typeof additionalProperties === 'object' && additionalProperties !== null;
  return `Readonly<Record<string, ${isMap ? typeOf(additionalProperties, pad) : 'unknown'}>>`;
}

function field(name: string, required: boolean, schema: Schema, pad: string): string {
  const key = /^\w+$/.test(name) ? name : JSON.stringify(name);
  return `${docs([schema.description], pad)}${pad}${key}${required ? '' : '?'}: ${typeOf(schema, pad)};\n`;
}

function docs(texts: readonly (string | undefined)[], pad: string): string {
  const lines = texts.flatMap((text) => text?.replaceAll('*/', '*\\/').split('\n') ?? []);
  if (lines.length === 0) return '';
  if (lines.length === 1) return `${pad}/** ${lines[0]} */\n`;
  return `${pad}/**\n${lines.map((line) => `${pad} * ${line}\n`).join('')}${pad} */\n`;
}

/** A union needs its parentheses. */
const listOf = (type: string) => (/^\w+$|^\{[^|]*\}$/.test(type) ? `readonly ${type}[]` : `readonly (${type})[]`);

const unique = (types: readonly string[]) => [...new Set(types)];
