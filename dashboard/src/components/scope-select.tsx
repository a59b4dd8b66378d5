import { Select } from '@/components/ui/select.tsx';
import { useIsOperator } from '@/lib/session.ts';

const scopes = [
  { value: 'all', label: 'All organizations' },
  { value: 'organization', label: 'This organization' },
] as const;

type Only = 'organization' | undefined;

/** Whose rows an operator sees; for others there is nothing to choose. Undefined: all. */
export function ScopeSelect(props: { label: string; value: Only; onChange: (only: Only) => void }) {
  if (!useIsOperator()) return null;
  return (
    <Select
      aria-label={props.label}
      className="w-44"
      items={scopes}
      value={props.value ?? 'all'}
      onChange={(value) => props.onChange(value === 'all' ? undefined : value)}
    />
  );
}
