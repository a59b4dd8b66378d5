import { useParams } from '@tanstack/react-router';
import { ErrorState } from '@/components/error-state.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { type Definition, toYaml } from './definition.ts';
import { RouteEditor } from './route-editor.tsx';

const empty = 'strategy: fallback\ntargets:\n  - mock/echo\n';

/** One route: of the API, of the file, or one that is not there yet. */
export function EditPage() {
  const { routeName } = useParams({ from: '/app/routes/$routeName' });
  const declared = useAsk('GET /declared-routes');
  const isNew = routeName === 'new';
  const ofFile = declared.data?.data.find(({ name }) => name === routeName);
  const isStored = !isNew && declared.data !== undefined && ofFile === undefined;
  const stored = useAsk('GET /routes/{routeName}', { params: { routeName } }, { enabled: isStored });
  const error = declared.error ?? stored.error;
  if (error) return <ErrorState error={error} onRetry={declared.refetch} />;
  if (declared.data === undefined || (isStored && stored.data === undefined)) return <Skeleton className="h-96" />;
  const definition: Definition | undefined = ofFile?.definition ?? stored.data?.definition;
  return (
    <RouteEditor
      // Another version of it is another text to begin with.
      key={`${routeName} ${stored.data?.version ?? 0}`}
      name={isNew ? undefined : routeName}
      version={stored.data?.version}
      isDeclared={ofFile !== undefined}
      text={definition === undefined ? empty : toYaml(definition)}
    />
  );
}
