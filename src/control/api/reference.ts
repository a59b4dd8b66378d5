/** The reference as sections, entries and tables: what the page and the checked-in document both show. */
import { access, rolesOf } from './access.ts';
import { describeApi, type JsonSchema, type OpenApi, type Operation } from './openapi.ts';
import { memberRoles } from './roles.ts';
import { type ApiRoute, routeName } from './route.ts';

export interface Reference {
  readonly sections: readonly Section[];
  /** What fields and tables name as their type. */
  readonly types: readonly NamedType[];
}

export interface NamedType {
  readonly name: string;
  readonly description: string;
  readonly fields: readonly Field[];
}

export interface Section {
  readonly title: string;
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly method: string;
  /** With /api/v1. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** Who may call it, as a sentence. */
  readonly access: string;
  readonly tables: readonly Table[];
}

export interface Table {
  readonly title: string;
  /** The name of the type that it is, which has the fields. */
  readonly type?: string;
  readonly fields: readonly Field[];
}

export interface Field {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

export function referenceOf(routes: readonly ApiRoute[]): Reference {
  const api = describeApi(routes);
  const tags = [...new Set(routes.map(({ tag }) => tag))];
  return {
    sections: tags.map((tag) => ({
      title: tag,
      entries: routes.filter((each) => each.tag === tag).map((each) => toEntry(each, api)),
    })),
    types: Object.entries(api.components.schemas).map(([name, schema]) => ({
      name,
      description: schema.description ?? '',
      fields: fieldsOf(schema, ''),
    })),
  };
}

function toEntry(route: ApiRoute, api: OpenApi): Entry {
  const operation = api.paths[route.path]?.[route.method.toLowerCase()];
  return {
    method: route.method,
    path: `/api/v1${route.path}`,
    summary: route.summary,
    ...(route.description !== undefined && { description: route.description }),
    access: accessOf(route),
    tables:
      operation === undefined
        ? []
        : tablesOf(operation).filter(({ type, fields }) => type !== undefined || fields.length > 0),
  };
}

function accessOf(route: ApiRoute): string {
  const rule = access[routeName(route)];
  if (rule === undefined) return '';
  if ('auth' in rule) return `No management key: ${rule.why}.`;
  const able = rolesOf(rule).filter((role) => role !== 'operator');
  if (able.length === 0) return 'Operators.';
  return `Operators; for their own organization: ${able.length === memberRoles.length ? 'all members' : able.join(', ')}.`;
}

function tablesOf(operation: Operation): readonly Table[] {
  const parameters = (where: string) =>
    (operation.parameters ?? [])
      .filter((parameter) => parameter.in === where)
      .map(({ name, required, schema, description = '' }) => ({ name, type: typeOf(schema), required, description }));
  const body = operation.requestBody?.content['application/json']?.schema;
  const answer = Object.values(operation.responses)[0] as { content?: Record<string, { schema: JsonSchema }> };
  const [type, content] = Object.entries(answer.content ?? {})[0] ?? [];
  return [
    { title: 'Path', fields: parameters('path') },
    { title: 'Query', fields: parameters('query') },
    ...(body === undefined ? [] : [toTable('Body', body)]),
    ...(content === undefined || type === undefined ? [] : [toTable('Answer', content.schema, type)]),
  ];
}

function toTable(title: string, schema: JsonSchema, mediaType = 'application/json'): Table {
  if (mediaType !== 'application/json') return { title, type: mediaType, fields: [] };
  const name = nameOf(schema);
  return name === undefined ? { title, fields: fieldsOf(schema, '') } : { title, type: name, fields: [] };
}

/** Members of members by their path, those of lists as `data[]`; what has a name of its own is told there. */
function fieldsOf(schema: JsonSchema, before: string): readonly Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const path = before + name;
    const required = schema.required?.includes(name) === true;
    const field = { name: path, type: typeOf(member), required, description: member.description ?? '' };
    const inner = member.items ?? member.anyOf?.find(({ properties }) => properties !== undefined) ?? member;
    return [field, ...fieldsOf(inner, `${path}${member.items === undefined ? '' : '[]'}.`)];
  });
}

function typeOf(schema: JsonSchema): string {
  const name = nameOf(schema);
  if (name !== undefined) return name;
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' or ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  const type = [schema.type ?? 'anything'].flat().join(' or ');
  const { minimum, maximum } = schema;
  if (minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER)
    return `${type} from ${minimum} to ${maximum}`;
  return schema.format === undefined ? type : `${type} (${schema.format})`;
}

/** Of a schema that stands elsewhere. */
const nameOf = (schema: JsonSchema): string | undefined => schema.$ref?.split('/').at(-1);
