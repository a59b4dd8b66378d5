/** Our routes, decided as the gateway decides them: the same `decide`, measures, habits, conversations and health. */
import { Conversations } from '../../src/gateway/routing/conversations.ts';
import { Health } from '../../src/gateway/upstream/health.ts';
import { noUsage } from '../../src/llm/usage.ts';
import type { RoutingAsk } from '../../src/routing/ask.ts';
import { decide } from '../../src/routing/decide.ts';
import { CallerHabits } from '../../src/routing/habits.ts';
import { Measures } from '../../src/routing/measures.ts';
import { noPreferences, type Preferences } from '../../src/routing/preferences.ts';
import type { World } from '../../src/routing/world.ts';
import type { Route, Target } from '../../src/snapshot/snapshot.ts';
import type { RouteNode, Strategy } from '../../src/snapshot/strategy.ts';
import type { Request } from './callers.ts';
import { startedAtMs, targets } from './provider-world.ts';
import type { MakeRule } from './rule.ts';

const target = (name: string): Target => targets.find(({ model }) => model.name === name) as Target;
const node = (strategy: Strategy, choices: readonly (Target | RouteNode)[]): RouteNode => ({
  strategy,
  members: choices.map((choice, i) => ({ name: 'model' in choice ? choice.model.id : `part ${i}`, weight: 1, choice })),
});
const route = (strategy: Strategy, more: Partial<Route> = {}): Route => ({
  name: 'simulated',
  node: node(strategy, targets),
  targets,
  ...more,
});

const balanced: Strategy = { kind: 'balanced', weights: { price: 1, latency: 1, reliability: 2, throughput: 0.5 } };
/** Nobody's words are scored: what they would come to is measured elsewhere. */
const byRule = [
  { when: { tools: true }, use: 'strong' },
  { when: { tools: false }, use: 'cheap' },
] as const;
const tiers = ['gemini-2.5-flash-lite', 'gpt-4o-mini', 'grok-4.20'].map(target);

export const ownRules: readonly MakeRule[] = [
  own('`fallback`', route({ kind: 'fallback' })),
  own('`weighted`, equal weights', route({ kind: 'weighted' })),
  own('`weighted`, `sticky: off`', route({ kind: 'weighted' }, { sticky: 'off' })),
  own('`cheapest`', route({ kind: 'cheapest' })),
  own('`fastest`', route({ kind: 'fastest' })),
  own('`reliable`', route({ kind: 'reliable' })),
  own('`balanced`', route(balanced)),
  own('`smart`, agents to the strong tier', {
    name: 'simulated',
    node: node({ kind: 'smart', rules: byRule }, tiers),
    targets: tiers,
  }),
  own('`split`, equal shares', route({ kind: 'split', by: 'session' })),
  own('`fallback` of `cheapest` (three) and the rest', {
    name: 'simulated',
    node: node({ kind: 'fallback' }, [
      node({ kind: 'cheapest' }, targets.slice(0, 3)),
      node({ kind: 'balanced', weights: balanced.weights }, targets.slice(3)),
    ]),
    targets,
  }),
  own('any route, `:floor`', route({ kind: 'weighted' }), { sort: 'price' }),
  own('any route, `:nitro`', route({ kind: 'weighted' }), { sort: 'throughput' }),
  own('any route, `sort: latency`', route({ kind: 'weighted' }), { sort: 'latency' }),
];

function own(name: string, route: Route, preferences: Preferences = noPreferences): MakeRule {
  return ({ now, random }) => {
    const clock = { monotonicMs: now, nowMs: () => startedAtMs + now() };
    const measures = new Measures(now);
    const habits = new CallerHabits();
    const conversations = new Conversations();
    const health = new Health({ clock, random });
    const world = (request: Request): World => {
      const held = route.sticky === 'off' ? undefined : conversations.of(request.session, now());
      return {
        nowMs: clock.nowMs(),
        random,
        measuresOf: (each) => measures.of(each),
        stateOf: (each) => health.stateOf(each),
        habitsOf: (keyId, each) => habits.of(keyId, each),
        ...(held && { held }),
      };
    };
    return {
      name,
      begin(request) {
        const { ranked } = decide(route, askOf(request, preferences), world(request));
        const order = health.order(ranked.map((candidate) => candidate.target))[Symbol.iterator]();
        return () => order.next().value;
      },
      asked: (each) => measures.begin(each),
      answered(request, each, { firstTokenMs, totalMs, cachedTokens }) {
        health.succeeded(each);
        const { keyId, session, inputTokens, outputTokens } = request;
        measures.observe(each, { firstTokenMs, totalMs, outputTokens, ok: true });
        const isNew = conversations.of(session, now()) === undefined;
        const estimatedTokens = estimate(request);
        habits.learn({ keyId, target: each, inputTokens, estimatedTokens, cachedTokens, outputTokens, isNew });
        const usage = { ...noUsage, input: inputTokens - cachedTokens, cacheRead: cachedTokens, output: outputTokens };
        conversations.remember(session, each, usage, clock.nowMs(), now());
      },
      failed(_request, each, { error, totalMs }) {
        health.failed(each, error, totalMs);
        if (error.kind === 'rate-limited') measures.left(each);
        else measures.observe(each, { totalMs, ok: false });
      },
    };
  };
}

/** The gateway counts tokens without the model's own tokenizer, rather too many. */
const estimate = ({ inputTokens }: Request) => Math.round(inputTokens * 1.1);

function askOf(request: Request, preferences: Preferences): RoutingAsk {
  return {
    keyId: request.keyId,
    inputTokens: estimate(request),
    outputTokensMax: 4096,
    needs: {},
    preferences,
    mayCall: () => true,
    subjects: { session: request.session, key: request.keyId, request: String(request.index) },
    smartInput: () => request.smartInput,
  };
}
