import { Badge, type BadgeVariant } from '@/components/ui/badge.tsx';

const variants: Readonly<Record<string, BadgeVariant>> = {
  completed: 'good',
  failed: 'bad',
  cancelled: 'outline',
  interrupted: 'bad',
};

/** How a request ended, and why where it did not end well. */
export function StatusBadge({ status, errorKind }: { status: string; errorKind: string | null }) {
  return (
    <span className="inline-flex items-center gap-2">
      <Badge variant={variants[status] ?? 'neutral'}>{status}</Badge>
      {errorKind !== null && <span className="text-xs text-bad">{errorKind.replaceAll('-', ' ')}</span>}
    </span>
  );
}
