/** The OpenAPI 3.1 description (https://spec.openapis.org/oas/v3.1.1), made from the routes' own schemas. */
import { z } from 'zod';
import { access } from './access.ts';
import { headerPattern } from './idempotency.ts';
import { type ApiRoute, routeName } from './route.ts';

/** A JSON Schema of draft 2020-12, as zod renders it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly additionalProperties?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface Operation {
  readonly tags: readonly string[];
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly security?: readonly [];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, object>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

export interface OpenApi {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly security: readonly object[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly securitySchemes: object;
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly responses: object;
  };
}

export function describeApi(routes: readonly ApiRoute[]): OpenApi {
  const schemas = new Schemas();
  const paths: Record<string, Record<string, Operation>> = {};
  for (const each of routes) {
    paths[each.path] ??= {};
    const methods = paths[each.path] as Record<string, Operation>;
    methods[each.method.toLowerCase()] = describeRoute(each, schemas);
  }
  const error = schemas.of(errorBody);
  return {
    openapi: '3.1.1',
    info: {
      title: 'Tollgate management API',
      version: '1',
      description:
        'Organizations, keys, usage and money of one installation. Amounts are decimal text, times ISO 8601.',
    },
    servers: [{ url: '/api/v1' }],
    security: [{ bearer: [] }, { apiKey: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A management key, tgm-…' },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'A management key, tgm-…' },
      },
      schemas: schemas.all(),
      responses: { Error: { description: 'What went wrong.', content: json(error) } },
    },
  };
}

const errorBody = z
  .object({
    error: z.object({
      code: z.string().describe('For programs: it never changes its meaning.'),
      message: z.string().describe('For people: the rule and the value.'),
      remedy: z.string().describe('What to do about it.'),
      path: z.string().optional().describe('The field that is meant: limits.requestsPerMinute, models[2].'),
      requestId: z.string(),
    }),
  })
  .meta({ id: 'Error' });

function describeRoute(route: ApiRoute, schemas: Schemas): Operation {
  const { tag, summary, description, body } = route;
  const rule = access[routeName(route)];
  const isOpen = rule !== undefined && 'auth' in rule;
  return {
    tags: [tag],
    operationId: operationId(route),
    summary,
    ...(description !== undefined && { description }),
    ...(isOpen && { security: [] }),
    parameters: parametersOf(route, schemas),
    ...(body !== undefined && {
      requestBody: { required: !body.safeParse(undefined).success, content: json(schemas.of(body)) },
    }),
    responses: responsesOf(route, isOpen, schemas),
  };
}

/** `GET /keys/{keyId}` is `getKeysByKeyId`. */
function operationId({ method, path }: ApiRoute): string {
  const words = path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('{') ? `by-${part.slice(1, -1)}` : part));
  return `${method.toLowerCase()}-${words.join('-')}`.replaceAll(/[-.]+(\w)/g, (_, letter: string) =>
    letter.toUpperCase(),
  );
}

function parametersOf(route: ApiRoute, schemas: Schemas): readonly Parameter[] {
  const isWrite = route.method !== 'GET' && route.receive === undefined;
  return [
    ...membersOf('path', route.params, schemas),
    ...membersOf('query', route.query, schemas),
    ...(isWrite ? [idempotencyKey] : []),
  ];
}

const idempotencyKey: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key and body give the same answer again for 24 hours, and change nothing.',
  schema: { type: 'string', pattern: headerPattern },
};

function membersOf(where: 'path' | 'query', schema: z.ZodType | undefined, schemas: Schemas): readonly Parameter[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemas.of(schema);
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema: rest,
  }));
}

function responsesOf(route: ApiRoute, isOpen: boolean, schemas: Schemas): Readonly<Record<string, object>> {
  const { answer, produces, producesAlso, status } = route;
  const good = status ?? (answer === undefined && produces === undefined && route.receive === undefined ? 204 : 200);
  const content = answer === undefined ? undefined : json(schemas.of(answer));
  const types = [produces, producesAlso].filter((type) => type !== undefined);
  const file =
    types.length === 0 ? undefined : Object.fromEntries(types.map((type) => [type, { schema: fileSchema(type) }]));
  const failures = [
    400,
    // Also without a parameter in the path: a body or a query may name what is not there.
    ...(isOpen ? [] : [401, 403, 404, 429]),
    ...(isOpen && route.params !== undefined ? [404] : []),
    // A link that is not valid, and too many that were tried.
    ...(isOpen && route.method !== 'GET' && route.receive === undefined ? [403, 429] : []),
    ...(route.method === 'GET' ? [] : [409, 413, 415, 422]),
    503,
  ];
  return {
    [good]: { description: 'All is well.', ...((content ?? file) && { content: content ?? file }) },
    ...Object.fromEntries(failures.map((code) => [code, { $ref: '#/components/responses/Error' }])),
  };
}

/** What readers take apart, lines of YAML or events, is no text to them any more. */
function fileSchema(produces: string): JsonSchema {
  return /^(application\/yaml|text\/event-stream)/.test(produces) ? {} : { type: 'string' };
}

const json = (schema: JsonSchema): Content => ({ 'application/json': { schema } });

const shared = '#/components/schemas/';

/** Schemas with an id become components, and are referred to wherever they stand. */
class Schemas {
  readonly #shared = new Map<string, JsonSchema>();

  of(schema: z.ZodType): JsonSchema {
    // The side that travels is the input of every codec, in answers too.
    const {
      $schema: _,
      $defs,
      ...rest
    } = z.toJSONSchema(schema, { io: 'input', override: tidy }) as JsonSchema & {
      readonly $schema?: string;
      readonly $defs?: Readonly<Record<string, JsonSchema>>;
    };
    for (const [name, definition] of Object.entries($defs ?? {})) this.#add(name, relinked(definition));
    return relinked(rest);
  }

  all(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#shared].toSorted(([one], [other]) => (one < other ? -1 : 1)));
  }

  /** Two schemas of one name would hide each other. */
  #add(name: string, schema: JsonSchema): void {
    const known = this.#shared.get(name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema))
      throw new Error(`two different schemas have the id ${name}`);
    this.#shared.set(name, schema);
  }
}

/**
 * zod says a format's pattern too; three lines of it help nobody. Numbers and flags of a query are text to zod, and said
 * to be what they stand for.
 */
function tidy({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format !== undefined || jsonSchema.type === 'integer') delete jsonSchema.pattern;
  if (jsonSchema.type === 'boolean') delete jsonSchema.enum;
  // Few readers of a pattern know classes by their names.
  if (jsonSchema.pattern !== undefined)
    jsonSchema.pattern = jsonSchema.pattern.replaceAll('\\p{Cc}', controlCharacters);
  delete jsonSchema.id;
}

const controlCharacters = String.raw`\u0000-\u001f\u007f-\u009f`;

function relinked(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', `"${shared}`));
}
