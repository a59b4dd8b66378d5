/** What was lost on the way, and what was odd about the answer. */
import type { LogDetail } from '@tollgate/client';
import { Badge } from '@/components/ui/badge.tsx';
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card.tsx';

export function NotesCard({ detail: { dropped, flags, recovered } }: { detail: LogDetail }) {
  if (dropped.length === 0 && flags.length === 0 && !recovered) return null;
  return (
    <Card>
      <CardHeader>
        <CardTitle>Notes</CardTitle>
      </CardHeader>
      <CardContent className="flex flex-col gap-2">
        {recovered && <p>Settled after the gateway had died: what was counted last is what was charged.</p>}
        {dropped.length > 0 && (
          <p className="flex flex-wrap items-center gap-1.5">
            Lost in translation:
            {dropped.map((field) => (
              <Badge key={field} variant="outline">
                {field}
              </Badge>
            ))}
          </p>
        )}
        {flags.length > 0 && (
          <p className="flex flex-wrap items-center gap-1.5">
            Flags:
            {flags.map((flag) => (
              <Badge key={flag}>{flag}</Badge>
            ))}
          </p>
        )}
      </CardContent>
    </Card>
  );
}
