import { Link } from '@tanstack/react-router';
import type { AuditEntry } from '@tollgate/client';
import type { ReactNode } from 'react';
import { Absent, RelativeTime } from '@/components/figures.tsx';
import { IdChip } from '@/components/id-chip.tsx';
import { changesOf } from './audit.ts';

/** One entry in full: who, from where, and what it was before and is now, member by member. */
export function AuditEntryView({ entry }: { entry: AuditEntry }) {
  const { actorId, actorName, role, ip, userAgent, resourceId, requestId } = entry;
  return (
    <div className="flex flex-col gap-5 p-4">
      <dl className="flex flex-col gap-2">
        <Fact name="When">
          <RelativeTime time={entry.at} />
        </Fact>
        <Fact name="Who">
          {actorName}, {role}
        </Fact>
        {actorId !== null && (
          <Fact name="Known as">
            <Link to="." search={(before) => ({ ...before, actorId, entry: undefined })} className="underline">
              all of theirs
            </Link>
            <IdChip id={actorId} />
          </Fact>
        )}
        <Fact name="From">{ip ?? <Absent />}</Fact>
        <Fact name="With">{userAgent ?? <Absent />}</Fact>
        <Fact name={entry.action.includes(' ') ? 'Route' : 'Event'}>
          <code className="font-mono text-xs">{entry.action}</code>
        </Fact>
        <Fact name="Thing">
          {entry.resourceKind} {resourceId !== null && <IdChip id={resourceId} />}
        </Fact>
        {requestId !== null && (
          <Fact name="Request">
            <IdChip id={requestId} />
          </Fact>
        )}
      </dl>
      <Changes entry={entry} />
    </div>
  );
}

function Changes({ entry: { before, after } }: { entry: AuditEntry }) {
  const changes = changesOf(before, after);
  if (changes.length === 0) return <p className="text-muted-foreground">It tells of no state that changed.</p>;
  return (
    <section aria-label="What changed" className="flex flex-col gap-2">
      <h3 className="font-medium">What changed</h3>
      <ul className="divide-y rounded-md border">
        {changes.map((change) => (
          <li key={change.path} className="flex flex-col gap-1 px-3 py-2">
            <span className="text-muted-foreground">{change.path}</span>
            <span className="flex flex-wrap items-center gap-x-2 gap-y-1 font-mono text-xs break-all">
              {change.before !== undefined && <del className="rounded bg-bad/8 px-1 text-bad">{change.before}</del>}
              {change.after !== undefined && (
                <ins className="rounded bg-good/8 px-1 text-good no-underline">{change.after}</ins>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex items-baseline justify-between gap-6">
      <dt className="shrink-0 text-muted-foreground">{name}</dt>
      <dd className="flex min-w-0 flex-wrap items-center justify-end gap-2 text-right break-words">{children}</dd>
    </div>
  );
}
