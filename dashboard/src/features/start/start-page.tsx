import { useNavigate, useSearch } from '@tanstack/react-router';
import { NeedsOrganization } from '@/components/needs-organization.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { useAsk } from '@/lib/api.ts';
import { ModelStep } from './model-step.tsx';
import { ProviderStep } from './provider-step.tsx';
import { RequestStep } from './request-step.tsx';

export function StartPage() {
  return <NeedsOrganization>{(organizationId) => <Guide organizationId={organizationId} />}</NeedsOrganization>;
}

/** Provider, model, request: what was chosen is in the address, the key is on this page alone. */
function Guide({ organizationId }: { organizationId: string }) {
  const { provider = 'mock', model } = useSearch({ from: '/app/start' });
  const navigate = useNavigate();
  const isNew = provider === 'new';
  const models = useAsk('GET /models', { query: { provider, callable: true, limit: 200 } }, { enabled: !isNew });
  const ids = isNew ? [] : (models.data?.data.map(({ id }) => id) ?? []);
  const chosen = model !== undefined && (ids.includes(model) || model.startsWith(`${provider}/`)) ? model : usual(ids);
  function choose(search: { provider?: string; model?: string | undefined }) {
    void navigate({ to: '.', search: (before) => ({ ...before, ...search }), replace: true });
  }
  return (
    <div className="mx-auto flex w-full max-w-3xl flex-col gap-5">
      <PageHeader title="Your first request">
        Three steps: somebody who answers, a model, and a request. The built-in mock needs no account anywhere.
      </PageHeader>
      <ProviderStep provider={provider} onChoose={(name) => choose({ provider: name, model: undefined })} />
      <ModelStep
        provider={provider}
        ids={ids}
        chosen={chosen}
        isLoading={!isNew && models.isPending}
        onChoose={(id) => choose({ model: id })}
      />
      <RequestStep organizationId={organizationId} model={chosen} />
    </div>
  );
}

/** Echo shows best that it works; elsewhere whatever comes first. */
function usual(ids: readonly string[]): string | undefined {
  return ids.find((id) => id === 'mock/echo') ?? ids[0];
}
