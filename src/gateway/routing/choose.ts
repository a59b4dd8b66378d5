/**
 * From a route to the targets that this request may ask, in order. A name that stands for one target, asked without any
 * wish, costs nothing here.
 */
import type { ChatRequest } from '../../llm/chat.ts';
import { LlmFailure } from '../../llm/error.ts';
import type { RoutingAsk } from '../../routing/ask.ts';
import { type Decision, decide } from '../../routing/decide.ts';
import { noPreferences } from '../../routing/preferences.ts';
import { type SmartInput, smartInputOf } from '../../routing/smart/input.ts';
import type { World } from '../../routing/world.ts';
import { isListed } from '../../snapshot/allow-list.ts';
import type { Key, Route } from '../../snapshot/snapshot.ts';
import { askedMax } from '../budgets/expected.ts';
import type { Exchange, Visit } from '../exchange.ts';
import type { GatewayParts } from '../parts.ts';
import { largeBytes } from '../read-ahead.ts';
import { minterOf } from '../seals/minter.ts';
import { parseAsk } from '../translate.ts';
import { conversationName } from './conversation-name.ts';
import { lossAt } from './losses.ts';
import { needsOf } from './needs.ts';

/** A chat's. Throws LlmFailure where nobody may be asked. */
export function chooseForChat(exchange: Exchange, route: Route, parts: GatewayParts): Route {
  return mustChoose(exchange, route) ? chosen(exchange, route, decideForChat(exchange, route, parts)) : route;
}

/** Also where there is nothing to choose: for whoever wants to know why. */
export function decideForChat(exchange: Exchange, route: Route, parts: GatewayParts): Decision {
  const name = route.targets.length < 2 || route.sticky === 'off' ? undefined : conversationName(exchange);
  exchange.conversation = name;
  const ask = askOf(exchange, route, exchange.ask.model, {
    inputTokens: exchange.ask.inputTokensEstimate,
    outputTokensMax: askedMax(exchange.ask.scan),
    needs: needsOf(exchange, route.targets),
    user: () => exchange.door.endUser(exchange.ask.scan),
    smartInput: () => smartInput(exchange),
    opens: route.targets.length > 1 ? opening(exchange, parts) : undefined,
    loses: (target) => lossAt(exchange, target, parts),
  });
  const held = name === undefined ? undefined : parts.conversations.of(name, parts.clock.monotonicMs());
  return decide(route, ask, worldOf(parts, held));
}

export interface OperationFacts {
  readonly model: string;
  readonly inputTokensEstimate: number;
}

/** Any other operation's. */
export function chooseForOperation(visit: Visit, route: Route, facts: OperationFacts, parts: GatewayParts): Route {
  if (!mustChoose(visit, route)) return route;
  const { inputTokensEstimate } = facts;
  const ask = askOf(visit, route, facts.model, {
    inputTokens: inputTokensEstimate,
    outputTokensMax: 0,
    needs: {},
    user: () => undefined,
    smartInput: () => ({ ...noText, inputTokensEstimate }),
  });
  return chosen(visit, route, decide(route, ask, worldOf(parts)));
}

function mustChoose({ preferences }: Visit, { targets, requires }: Route): boolean {
  return targets.length > 1 || preferences !== noPreferences || requires !== undefined;
}

type AskFacts = Pick<RoutingAsk, 'inputTokens' | 'outputTokensMax' | 'needs' | 'opens' | 'loses' | 'smartInput'> & {
  readonly user: () => string | undefined;
};

/** Field by field: this is made for each request that has a choice. */
function askOf(visit: Visit, { name }: Route, asked: string, facts: AskFacts): RoutingAsk {
  return {
    keyId: visit.key.id,
    inputTokens: facts.inputTokens,
    outputTokensMax: facts.outputTokensMax,
    needs: facts.needs,
    preferences: visit.preferences,
    mayCall: mayCallOf(visit.key, asked, name),
    subjects: new Subjects(visit, facts.user),
    opens: facts.opens,
    loses: facts.loses,
    smartInput: facts.smartInput,
  };
}

/** Looked up by experiments alone. */
class Subjects implements Readonly<RoutingAsk['subjects']> {
  readonly #visit: Visit;
  readonly #user: () => string | undefined;

  constructor(visit: Visit, user: () => string | undefined) {
    this.#visit = visit;
    this.#user = user;
  }

  get user(): string | undefined {
    return this.#user();
  }

  get session(): string | undefined {
    return this.#visit.header('x-tollgate-session');
  }

  get key(): string {
    return this.#visit.key.id;
  }

  get request(): string {
    return this.#visit.id;
  }
}

/** A list that names the route allows all of its targets; one that names models allows those of its targets. */
function mayCallOf({ models, organization }: Key, asked: string, route: string): RoutingAsk['mayCall'] {
  if (models === undefined && organization.models === undefined) return all;
  return (modelId) => {
    const names = [asked, route, modelId];
    return isListed(models, names) && isListed(organization.models, names);
  };
}

const all = (): boolean => true;

function worldOf({ clock, random, measures, health, habits }: GatewayParts, held?: World['held']): World {
  return {
    held,
    nowMs: clock.nowMs(),
    random,
    measuresOf: (target) => measures.of(target),
    stateOf: (target) => health.stateOf(target),
    habitsOf: (keyId, target) => habits.of(keyId, target),
  };
}

/** Throws LlmFailure where nobody may be asked. */
export function chosen(visit: Visit, route: Route, decision: Decision): Route {
  visit.decision = decision;
  if (decision.ranked.length === 0) throw nobody(route, decision);
  return { ...route, targets: decision.ranked.map(({ target }) => target) };
}

const reasonsMax = 8;

function nobody({ name }: Route, { rejected }: Decision): LlmFailure {
  const reasons = rejected.slice(0, reasonsMax).map(({ target, why }) => `${target.model.id}: ${why}`);
  const isKeys = rejected.every(({ filter }) => filter === 'key');
  return new LlmFailure({
    kind: isKeys ? 'forbidden' : 'invalid-request',
    message: `No target of ${JSON.stringify(name)} may be asked. ${reasons.join('; ')}. Loosen the rule that is named, or ask another model.`,
    param: 'model',
    code: isKeys ? 'model_not_allowed' : 'no_target_allowed',
  });
}

function smartInput(exchange: Exchange): SmartInput {
  const facts = { inputTokensEstimate: exchange.ask.inputTokensEstimate, tags: exchange.tags ?? [] };
  const request = readable(exchange);
  return request === undefined ? { ...noText, ...facts } : smartInputOf(request, facts);
}

/** Undefined: what is wrong with it is told by whoever is asked. */
function readable(exchange: Exchange): ChatRequest | undefined {
  try {
    return parseAsk(exchange);
  } catch {
    return undefined;
  }
}

/** Who can go on with the thinking of this conversation, where somebody has sealed it. */
function opening(exchange: Exchange, { seals }: GatewayParts): RoutingAsk['opens'] {
  const isLarge = exchange.ask.scan.body.length > largeBytes;
  const minters = seals.minters(exchange, () => (isLarge ? undefined : readable(exchange)));
  return minters && (({ credential }) => minters.has(minterOf(credential)));
}

const noText = { lastUserText: '', earlierTurns: 0, toolsCount: 0, hasToolResults: false, mediaCount: 0 };
