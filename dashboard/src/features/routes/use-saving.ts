import { useNavigate } from '@tanstack/react-router';
import { toast } from '@/components/ui/toast.tsx';
import { useChange } from '@/lib/api.ts';
import type { Definition } from './definition.ts';

const stale = ['GET /routes', 'GET /routes/{routeName}', 'GET /routes/{routeName}/versions'] as const;

/** Makes it, replaces it or deletes it. What another changed meanwhile is not written over. */
export function useSaving({
  known,
  name,
  version,
}: {
  known: string | undefined;
  name: string;
  version: number | undefined;
}) {
  const navigate = useNavigate();
  const make = useChange('POST /routes', stale);
  const replace = useChange('PUT /routes/{routeName}', stale);
  const remove = useChange('DELETE /routes/{routeName}', ['GET /routes']);
  function save(definition: Definition) {
    const body = { definition: definition as never };
    if (known === undefined) {
      const onSuccess = () => {
        toast.done(`${name} can be called`);
        void navigate({ to: '/routes/$routeName', params: { routeName: name } });
      };
      make.mutate({ body: { name, ...body } }, { onSuccess });
      return;
    }
    const seen = version === undefined ? {} : { ifVersion: version };
    replace.mutate(
      { params: { routeName: known }, body: { ...body, ...seen } },
      { onSuccess: () => toast.done(`${known} is changed for new requests`) },
    );
  }
  function drop() {
    if (known === undefined) return;
    remove.mutate({ params: { routeName: known } }, { onSuccess: () => void navigate({ to: '/routes' }) });
  }
  return {
    save,
    drop,
    pending: make.isPending || replace.isPending,
    dropping: remove,
    error: make.error ?? replace.error,
  };
}
