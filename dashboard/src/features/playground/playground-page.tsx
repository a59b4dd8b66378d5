import { useSearch } from '@tanstack/react-router';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { useMay, useOrganizationId } from '@/lib/session.ts';
import { fromContent } from './conversation.ts';
import { Playground } from './playground.tsx';

export function PlaygroundPage() {
  const { request: requestId } = useSearch({ from: '/app/playground' });
  const organizationId = useOrganizationId();
  const may = useMay('POST /playground/keys');
  if (!may) {
    return (
      <>
        <PageHeader title="Playground" />
        <EmptyState title="Your role may only look">
          What is tried here is charged to the organization. Ask an owner or administrator for the role developer.
        </EmptyState>
      </>
    );
  }
  if (requestId !== undefined) return <OpenedRequest key={requestId} requestId={requestId} />;
  return <Playground key={organizationId} />;
}

function OpenedRequest({ requestId }: { requestId: string }) {
  const content = useAsk('GET /logs/{requestId}/content', { params: { requestId } });
  if (content.data === undefined && content.error === null) {
    return (
      <div aria-busy>
        <PageHeader title="Playground" />
        <Skeleton className="mt-4 h-96 rounded-lg" />
      </div>
    );
  }
  const opened = content.data && fromContent(content.data);
  if (opened !== undefined) return <Playground opened={opened} />;
  return (
    <div className="flex flex-col gap-4">
      {content.error ? (
        <ErrorState title="This request cannot be opened here." error={content.error} />
      ) : (
        <ErrorState error={new Error('What was kept of this request cannot be read as a conversation.')} />
      )}
      <Playground />
    </div>
  );
}
