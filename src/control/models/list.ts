/** Which models a caller sees, and how. */
import { byOwnKey, type SaleRule, saleFor } from '../../catalog/sale.ts';
import { isListed } from '../../snapshot/allow-list.ts';
import type { Organization, Snapshot } from '../../snapshot/snapshot.ts';
import type { Caller } from '../api/caller.ts';
import { notFound } from '../api/failure.ts';
import type { ApiParts } from '../api/route.ts';
import type { ModelAnswer } from './fields.ts';
import { modelTools } from './rules.ts';
import { shownModel } from './shown.ts';
import type { KnownModel } from './tools.ts';

export interface ModelQuery {
  readonly after?: string | undefined;
  readonly provider?: string | undefined;
  readonly search?: string | undefined;
  readonly callable?: boolean | undefined;
  readonly source?: KnownModel['source'] | undefined;
  readonly input?: NonNullable<KnownModel['model']['inputs']>[number] | undefined;
  readonly tools?: boolean | undefined;
  readonly thinks?: boolean | undefined;
  readonly contextTokensMin?: string | undefined;
}

/** All of one, by its id: throws ApiFailure (not_found). */
export function visibleModels(caller: Caller, parts: ApiParts, id: string): KnownModel;
export function visibleModels(caller: Caller, parts: ApiParts): readonly KnownModel[];
export function visibleModels(caller: Caller, parts: ApiParts, id?: string): KnownModel | readonly KnownModel[] {
  const tools = modelTools(parts);
  const sees = caller.role === 'operator' ? () => true : seenBy(caller, parts);
  if (id === undefined) return tools.list().flatMap((known) => (sees(known) ? [seen(known, caller)] : []));
  const found = tools.find(id);
  if (found === undefined || !sees(found)) throw notFound('model', id);
  return seen(found, caller);
}

/** For a member what it sees can be called: with its own key where the house has none. */
function seen(known: KnownModel, { role }: Caller): KnownModel {
  if (role === 'operator' || known.whyNot === undefined) return known;
  const { whyNot: _, ...rest } = known;
  return rest;
}

function seenBy(caller: Caller, parts: ApiParts): (known: KnownModel) => boolean {
  const { organization, view } = placeOf(caller, parts);
  return ({ model }) =>
    view !== undefined && 'route' in view.resolve(model.id) && isListed(organization?.models, [model.id]);
}

function placeOf({ organizationId }: Caller, { snapshot }: ApiParts) {
  const current = snapshot?.current;
  const organization = current?.organizations?.get(organizationId);
  const view: Snapshot | undefined =
    organization === undefined ? current : (current?.viewOf?.(organization) ?? current);
  return { organization, view };
}

/** Filtered, from the one behind `after` on. Sorted by id as they come. */
export function listed(all: readonly KnownModel[], query: ModelQuery): (KnownModel & { readonly id: string })[] {
  const { after, provider, search, callable, source, input, tools, thinks, contextTokensMin } = query;
  const text = search?.toLowerCase();
  return all
    .filter(({ model, aliases, whyNot, source: from }) => {
      if (after !== undefined && model.id <= after) return false;
      if (provider !== undefined && model.provider !== provider) return false;
      if (callable !== undefined && (whyNot === undefined) !== callable) return false;
      if (source !== undefined && from !== source) return false;
      if (input !== undefined && model.inputs?.includes(input) !== true) return false;
      if (tools !== undefined && (model.tools ?? false) !== tools) return false;
      if (thinks !== undefined && (model.thinks ?? false) !== thinks) return false;
      if (contextTokensMin !== undefined && (model.contextTokens ?? 0) < Number(contextTokensMin)) return false;
      return text === undefined || [model.id, ...aliases].some((name) => name.toLowerCase().includes(text));
    })
    .map((known) => ({ ...known, id: known.model.id }));
}

/** How the caller sees one: operators at cost, members at what their organization pays. */
export function visibleModel(caller: Caller, parts: ApiParts): (known: KnownModel) => ModelAnswer {
  const nowMs = parts.clock.nowMs();
  if (caller.role === 'operator') return (known) => shownModel(known, nowMs);
  const { organization, view } = placeOf(caller, parts);
  return (known) => shownModel(known, nowMs, saleOf(known, organization, view));
}

function saleOf({ model }: KnownModel, organization: Organization | undefined, view: Snapshot | undefined): SaleRule {
  const sale = saleFor(organization?.sales, model);
  const found = view?.resolve(model.id);
  const credential = found && 'route' in found ? found.route.targets[0]?.credential : undefined;
  return credential?.ownedBy === undefined ? sale : byOwnKey(sale, credential.feeBasisPoints ?? 0);
}
