import { type ReactNode, useEffect } from 'react';
import { Card, CardContent } from '@/components/ui/card.tsx';

/** The frame of every page that is before signing in. */
export function EntryCard({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  // The tab is outside of React.
  useEffect(() => {
    document.title = `${title} · Tollgate`;
  }, [title]);
  return (
    <main className="grid min-h-dvh place-items-center bg-background p-4">
      <div className="w-full max-w-sm">
        <p className="mb-5 flex items-center justify-center gap-2 text-sm font-semibold tracking-tight">
          <img src="/dashboard/icon.svg" alt="" className="size-5" /> Tollgate
        </p>
        <Card>
          <CardContent className="flex flex-col gap-4 px-4 py-6 sm:px-6">
            <div>
              <h1 className="text-lg font-semibold tracking-tight">{title}</h1>
              {lead !== undefined && <p className="mt-1 text-muted-foreground">{lead}</p>}
            </div>
            {children}
          </CardContent>
        </Card>
      </div>
    </main>
  );
}
