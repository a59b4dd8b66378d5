/** `/api/v1/alerts`, the rules that raise them, and where they go. */
import { z } from 'zod';
import type { Store } from '../../store/store.ts';
import { checkOwner, visibleOrganization } from '../api/access.ts';
import { notFound } from '../api/failure.ts';
import { id, organizationParams, time, usd, usdPositive } from '../api/fields.ts';
import { pageOf, pageQuery, toPage } from '../api/page.ts';
import { type ApiParts, type ApiRoute, route } from '../api/route.ts';
import { type Alert, listAlerts, raiseAlert } from './records.ts';
import {
  type AlertRule,
  deleteRule,
  listEmails,
  listRules,
  organizationKinds,
  ruleKinds,
  saveEmails,
  saveRule,
} from './rules.ts';

const tag = 'alerts';

const alert = z
  .object({
    id: z.string(),
    organizationId: z.string().nullable().describe('null: about the installation.'),
    kind: z.string(),
    subject: z.string().describe('What it is about.'),
    message: z.string(),
    details: z.record(z.string(), z.union([z.string(), z.number()])),
    deliveries: z.array(
      z.object({
        channel: z.enum(['webhook', 'email']),
        to: z.string(),
        status: z.enum(['waiting', 'delivered', 'failed']),
        attempts: z.number().int(),
        error: z.string().nullable(),
      }),
    ),
    createdAt: time,
  })
  .meta({ id: 'Alert' });

const ruleBody = z.strictObject({
  percents: z
    .array(z.number().int().min(1).max(1_000))
    .max(20)
    .optional()
    .describe("budget: of a budget's limit. low-balance: one, of the last payment."),
  amountUsd: usdPositive
    .optional()
    .describe('low-balance: instead of a percentage. anomaly and house-overrun: at least this much.'),
  factor: z.number().int().min(2).max(1_000).optional().describe('anomaly: how many times the usual hour.'),
  disabled: z.boolean().optional(),
});

const rule = z
  .object({
    kind: z.enum(ruleKinds),
    percents: z.array(z.number()),
    amountUsd: usd.nullable(),
    factor: z.number().nullable(),
    disabled: z.boolean(),
    own: z.boolean().describe('false: the rule of all organizations without their own.'),
  })
  .meta({ id: 'AlertRule' });

const rules = z.object({ data: z.array(rule) });
const emails = z.strictObject({ emails: z.array(z.email().max(320)).max(50) });
const ownKind = z.strictObject({ ...organizationParams.shape, kind: z.enum(organizationKinds) });

export const alertRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/alerts',
    tag,
    summary: 'List alerts, newest first, with whether they got there',
    query: z.strictObject({ ...pageQuery, organizationId: id('org').optional() }),
    answer: pageOf(alert),
    async handle({ caller, query: { limit, after, organizationId } }, { store }) {
      if (organizationId !== undefined) checkOwner(caller, organizationId, 'organization', organizationId);
      const only = organizationId ?? visibleOrganization(caller);
      const rows = await listAlerts(store.db, {
        limit: limit + 1,
        ...(only !== undefined && { organizationId: only }),
        ...(after !== undefined && { after }),
      });
      return toPage(
        rows.map((row) => shownAlert(row, caller.role === 'operator')),
        limit,
        (row) => row.id,
      );
    },
  }),
  route({
    method: 'GET',
    path: '/alert-rules',
    tag,
    summary: 'List the rules of all organizations without their own, and of the installation',
    answer: rules,
    async handle(_, { store }) {
      return shownRules(store.db, undefined);
    },
  }),
  route({
    method: 'PUT',
    path: '/alert-rules/{kind}',
    tag,
    summary: 'Replace a rule of all organizations, or of the installation',
    params: z.strictObject({ kind: z.enum(ruleKinds) }),
    body: ruleBody,
    answer: rules,
    async handle({ params: { kind }, body, write }) {
      return write(async (db) => {
        await saveRule(db, undefined, { kind, ...ruleOf(body) });
        return shownRules(db, undefined);
      });
    },
  }),
  route({
    method: 'GET',
    path: '/organizations/{organizationId}/alert-rules',
    tag,
    summary: 'List the rules that hold for an organization',
    params: organizationParams,
    answer: rules,
    async handle({ params: { organizationId } }, { store }) {
      return shownRules(store.db, organizationId);
    },
  }),
  route({
    method: 'PUT',
    path: '/organizations/{organizationId}/alert-rules/{kind}',
    tag,
    summary: 'Replace a rule of an organization',
    params: ownKind,
    body: ruleBody,
    answer: rules,
    async handle({ params: { organizationId, kind }, body, write }) {
      return write(async (db) => {
        await saveRule(db, organizationId, { kind, ...ruleOf(body) });
        return shownRules(db, organizationId);
      });
    },
  }),
  route({
    method: 'DELETE',
    path: '/organizations/{organizationId}/alert-rules/{kind}',
    tag,
    summary: 'Take back a rule of an organization: that of all holds again',
    params: ownKind,
    answer: rules,
    async handle({ params: { organizationId, kind }, write }) {
      return write(async (db) => {
        await deleteRule(db, organizationId, kind);
        return shownRules(db, organizationId);
      });
    },
  }),
  ...emailRoutes('/alert-emails', 'of the operators, who get all alerts', undefined),
  ...emailRoutes('/organizations/{organizationId}/alert-emails', 'of an organization', organizationParams),
  testRoute('/alerts/test', 'to the operators', undefined),
  testRoute('/organizations/{organizationId}/alerts/test', 'of an organization', organizationParams),
];

function emailRoutes(path: string, whose: string, params: typeof organizationParams | undefined): readonly ApiRoute[] {
  return [
    route({
      method: 'GET',
      path,
      tag,
      summary: `Get the mail addresses ${whose}`,
      ...(params !== undefined && { params }),
      answer: emails,
      async handle({ params: given }, { store }) {
        return { emails: [...(await listEmails(store.db, given?.organizationId))] };
      },
    }),
    route({
      method: 'PUT',
      path,
      tag,
      summary: `Replace the mail addresses ${whose}`,
      ...(params !== undefined && { params }),
      body: emails,
      answer: emails,
      async handle({ params: given, body, write }) {
        return write(async (db) => {
          await saveEmails(db, given?.organizationId, body.emails);
          return { emails: [...(await listEmails(db, given?.organizationId))] };
        });
      },
    }),
  ];
}

function testRoute(path: string, whose: string, params: typeof organizationParams | undefined): ApiRoute {
  return route({
    method: 'POST',
    path,
    tag,
    summary: `Send a test alert ${whose}`,
    description: 'To every endpoint and address that would get a real one. `GET /alerts` says whether it got there.',
    status: 202,
    ...(params !== undefined && { params }),
    answer: alert,
    async handle({ params: given, caller, write }, parts) {
      return write(async (db) =>
        shownAlert(await raiseTest(parts, db, given?.organizationId), caller.role === 'operator'),
      );
    },
  });
}

async function raiseTest(parts: ApiParts, db: Store['db'], organizationId: string | undefined): Promise<Alert> {
  const message = 'This is a test: alerts arrive here.';
  const alertId = await raiseAlert(parts, db, { organizationId, kind: 'test', subject: 'test', message, details: {} });
  const [raised] = await listAlerts(db, { id: alertId });
  if (raised === undefined) throw notFound('alert', alertId);
  return raised;
}

async function shownRules(db: Store['db'], organizationId: string | undefined) {
  const list = await listRules(db, organizationId);
  return {
    data: list.map(({ percents, amountNanoUsd, factor, ...rest }) => ({
      ...rest,
      percents: [...percents],
      amountUsd: amountNanoUsd ?? null,
      factor: factor ?? null,
    })),
  };
}

function ruleOf({
  percents = [],
  amountUsd,
  factor,
  disabled = false,
}: z.output<typeof ruleBody>): Omit<AlertRule, 'own' | 'kind'> {
  return {
    percents,
    disabled,
    ...(amountUsd !== undefined && { amountNanoUsd: amountUsd }),
    ...(factor !== undefined && { factor }),
  };
}

/** Where operators get their copy is theirs to know: a customer is shown no addresses but of its own. */
function shownAlert(
  { organizationId, createdAtMs, deliveries, details, organization: _, ...rest }: Alert,
  all: boolean,
) {
  return {
    ...rest,
    organizationId: organizationId ?? null,
    details: { ...details },
    deliveries: deliveries
      .filter(({ forOperators }) => all || !forOperators)
      .map(({ forOperators: __, error, ...delivery }) => ({ ...delivery, error: error ?? null })),
    createdAt: createdAtMs,
  };
}
