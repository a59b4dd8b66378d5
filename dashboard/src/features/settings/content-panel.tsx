import { Link } from '@tanstack/react-router';
import type { ContentKept, ContentRule } from '@tollgate/client';
import { ErrorState } from '@/components/error-state.tsx';
import { RelativeTime } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { ContentErase } from './content-erase.tsx';
import { ContentRuleForm } from './content-rule-form.tsx';
import { keptSentence, ruleSentences } from './content-words.ts';

/** What of prompts and answers is kept now, what shall be from now on, and the way to be rid of it. */
export function ContentPanel({ organizationId }: { organizationId: string }) {
  const params = { organizationId };
  const rule = useAsk('GET /organizations/{organizationId}/content-settings', { params });
  const kept = useAsk('GET /organizations/{organizationId}/content', { params });
  if (rule.error) return <ErrorState error={rule.error} onRetry={rule.refetch} />;
  if (kept.error) return <ErrorState error={kept.error} onRetry={kept.refetch} />;
  if (rule.data === undefined || kept.data === undefined) return <Skeleton className="h-96" />;
  return (
    <div className="grid items-start gap-5 xl:grid-cols-2">
      <div className="flex flex-col gap-5">
        <Now rule={rule.data} kept={kept.data} />
        <Choices kept={kept.data} />
        <ContentErase organizationId={organizationId} kept={kept.data} />
      </div>
      <Card>
        <CardHeader>
          <div>
            <CardTitle>What may be kept</CardTitle>
            <CardDescription>The most that keys and requests can ask for. For new requests, at once.</CardDescription>
          </div>
        </CardHeader>
        <CardContent>
          <ContentRuleForm key={JSON.stringify(rule.data)} organizationId={organizationId} rule={rule.data} />
        </CardContent>
      </Card>
    </div>
  );
}

function Now({ rule, kept }: { rule: ContentRule; kept: ContentKept }) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>What is kept now</CardTitle>
      </CardHeader>
      <CardContent className="flex flex-col gap-2">
        <p>{ruleSentences(rule).join(' ')}</p>
        <p className="font-medium">
          {keptSentence(kept)}
          {kept.oldestAt !== null && (
            <span className="font-normal text-muted-foreground">
              {' '}
              The oldest is from <RelativeTime time={kept.oldestAt} />.
            </span>
          )}
        </p>
      </CardContent>
    </Card>
  );
}

/** What keys and requests say of it themselves. */
function Choices({ kept }: { kept: ContentKept }) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>Keys and requests</CardTitle>
      </CardHeader>
      <CardContent className="flex flex-col gap-3">
        <p>
          A key keeps what its organization says, unless its own page says otherwise. A request decides for itself with
          the header <code className="whitespace-nowrap">x-tollgate-content: keep</code> or <code>none</code>; the
          stricter word holds.
        </p>
        {kept.keys.length === 0 ? (
          <p className="text-muted-foreground">No key says anything of its own.</p>
        ) : (
          <ul className="flex flex-wrap gap-2" aria-label="Keys that decide for themselves">
            {kept.keys.map(({ id, name, content }) => (
              <li key={id} className="flex min-w-0 items-center gap-1.5">
                <Link to="/keys/$keyId" params={{ keyId: id }} className="truncate hover:underline">
                  {name}
                </Link>
                <Badge variant={content === 'keep' ? 'accent' : 'neutral'}>
                  {content === 'keep' ? 'keeps' : 'keeps nothing'}
                </Badge>
              </li>
            ))}
          </ul>
        )}
      </CardContent>
    </Card>
  );
}
