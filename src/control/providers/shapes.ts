/** What the API says of providers, credentials and upstreams. */
import { z } from 'zod';
import { settingNames } from '../../providers/provider.ts';
import { time } from '../api/fields.ts';
import { whyNoAddress } from './address.ts';

export const providerName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'it takes lower-case letters, digits and "-", at most 64')
  .describe('The first part of `provider/name`, as callers write models.');

const apiKeyPattern = /^[\x21-\x7e]{1,8192}$|^\s*\{[\s\x20-\x7e]{1,16384}\}\s*$/;
export const apiKey = z
  .string()
  .regex(apiKeyPattern, 'it takes a key without spaces or line breaks, or the JSON of a service account')
  .meta({ writeOnly: true })
  .describe('It is kept sealed, and never shown again.');

export const baseUrl = z
  .string()
  .max(2_000)
  .superRefine((text, check) => {
    const why = whyNoAddress(text);
    if (why !== undefined) check.addIssue({ code: 'custom', message: why });
  })
  .describe('Address that the paths of its API are appended to.');

const setting = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/, 'it takes letters, digits and "-._:@"');
export const settings = z
  .partialRecord(z.enum(settingNames), setting)
  .describe('What the vendor wants to know beside the key: `GET /vendors` says which.');

export const weight = z.int().min(1).max(1_000).describe('Its share among those of the same priority.');
export const priority = z.int().min(0).max(1_000).describe('Lower ones are asked first; the others when those fail.');
export const credentialName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[^\p{Cc}]+$/u, 'it takes no control characters')
  .describe('For people: `account 2`.');

export const providerFields = {
  vendor: z.string().max(64).describe('A vendor of `GET /vendors`. Absent: the name says it.'),
  baseUrl,
  settings,
  models: z
    .array(z.string().regex(/^[^\s\p{Cc}]{1,256}$/u, 'it takes a model name without spaces'))
    .max(1_000)
    .describe('Models served there beyond those of the catalogue.'),
  inRegion: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'it takes the name of a region')
    .describe('Where it computes, for routes with `regions`.'),
  dataCollection: z
    .enum(['allow', 'deny'])
    .describe('`deny`: it neither keeps nor trains on what it is sent, you say.'),
  capacity: z
    .strictObject({
      concurrentRequests: z.int().min(1).max(1_000_000).optional(),
      requestsPerMinute: z.int().min(1).max(1_000_000_000).optional(),
    })
    .describe('What each of its credentials takes.'),
};

export const health = z
  .object({
    state: z.enum(['up', 'ejected', 'returning', 'reserved']),
    until: time.nullable().describe('When it is asked again.'),
    requests: z.int().describe('Attempts of the last hour.'),
    failures: z.int(),
    minutes: z
      .array(z.object({ ok: z.int(), failed: z.int() }))
      .describe('The last hour, a minute each, the oldest first.'),
    firstTokenP50Ms: z.number().nullable(),
    lastError: z
      .object({ at: time, kind: z.string(), status: z.int().nullable(), message: z.string() })
      .nullable()
      .describe('Of the time since this instance started.'),
  })
  .meta({ id: 'CredentialHealth', description: 'As the instance that answers sees it.' });

const source = z
  .enum(['file', 'api'])
  .describe('`file`: of the configuration file or the environment, to be read here.');

export const credential = z
  .object({
    id: z.string().describe('`crd_…`; of the file: the name of its provider.'),
    provider: z.string(),
    name: z.string(),
    source,
    hasKey: z.boolean(),
    hint: z.string().nullable().describe('The last characters of the key, where it is long enough to show them.'),
    baseUrl: z.string().nullable().describe("Where it is another than the provider's."),
    weight,
    priority,
    enabled: z.boolean(),
    health: health.nullable().describe('null: this instance does not ask it.'),
    version: z
      .int()
      .nullable()
      .describe('Higher after each change of what requests go by, its key too. null: the file says it.'),
    createdAt: time.nullable(),
    updatedAt: time.nullable(),
  })
  .meta({ id: 'ProviderCredential' });

export const provider = z
  .object({
    id: z.string().nullable().describe('null: it is one of the file.'),
    name: providerName,
    vendor: z.string(),
    vendorName: z.string(),
    source,
    enabled: z.boolean(),
    isOn: z.boolean().describe('It is enabled, and has something to be asked with.'),
    baseUrl: z.string().nullable(),
    address: z.string().describe('Where it is asked.'),
    settings,
    models: z.array(z.string()),
    modelCount: z.int().describe('Models that can be called there.'),
    inRegion: z.string().nullable(),
    dataCollection: z.enum(['allow', 'deny']),
    capacity: providerFields.capacity.nullable(),
    credentials: z.array(credential),
    version: z
      .int()
      .nullable()
      .describe('Higher after each change of what requests go by, its key too. null: the file says it.'),
    createdAt: time.nullable(),
    updatedAt: time.nullable(),
  })
  .meta({ id: 'Provider' });

export const verdict = z
  .object({
    ok: z.boolean(),
    verdict: z.enum([
      'ok',
      'reachable',
      'wrong-key',
      'no-access',
      'no-quota',
      'rate-limited',
      'wrong-address',
      'dns',
      'tls',
      'timeout',
      'unreachable',
      'provider-error',
      'not-set-up',
    ]),
    message: z.string(),
    remedy: z.string().nullable(),
    status: z.int().nullable().describe("Of the provider's answer."),
    latencyMs: z.int().nullable(),
    models: z.int().nullable().describe('How many models it lists.'),
  })
  .meta({ id: 'ConnectionVerdict' });
