/** What was said, where it is kept: block by block, always as text. */
import type { ContentBlock, LogDetail, StoredContent } from '@tollgate/client';
import { ErrorState } from '@/components/error-state.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { cn } from '@/lib/classes.ts';
import { formatBytes } from '@/lib/format.ts';
import { numbered } from '@/lib/numbered.ts';
import { useMay } from '@/lib/session.ts';

export function Conversation({ detail }: { detail: LogDetail }) {
  const mayRead = useMay('GET /logs/{requestId}/content');
  return (
    <Card>
      <CardHeader>
        <CardTitle>Conversation</CardTitle>
        <Badge>{detail.content === 'kept' ? 'kept' : 'not kept'}</Badge>
      </CardHeader>
      <CardContent>
        {detail.content === 'none' ? (
          <p className="max-w-prose text-muted-foreground">
            Prompts and answers are kept only where an organization, a key or the request itself asks for it: with the
            header <code className="font-mono text-xs">x-tollgate-content: keep</code>, for instance.
          </p>
        ) : mayRead ? (
          <Kept requestId={detail.requestId} />
        ) : (
          <p className="text-muted-foreground">Owners, administrators and developers may read it.</p>
        )}
      </CardContent>
    </Card>
  );
}

function Kept({ requestId }: { requestId: string }) {
  const content = useAsk('GET /logs/{requestId}/content', { params: { requestId } });
  if (content.error) return <ErrorState error={content.error} onRetry={content.refetch} />;
  if (content.data === undefined) return <Skeleton className="h-32" />;
  return <Turns content={content.data} />;
}

function Turns({ content }: { content: StoredContent }) {
  const { request, answer, turns, answerBlocks } = content;
  return (
    <ol className="flex flex-col gap-4">
      {turns === null ? (
        <Turn who="Request" text={request.text} note={cutNote(request)} />
      ) : (
        numbered(turns).map(({ key, item: { role, blocks } }) => <Turn key={key} who={names[role]} blocks={blocks} />)
      )}
      <Turn
        who={answer.status >= 300 ? `Answer, status ${answer.status}` : 'Answer'}
        isAnswer
        blocks={answerBlocks}
        text={answer.text}
        note={cutNote(answer)}
      />
    </ol>
  );
}

const names = { system: 'System', user: 'User', assistant: 'Assistant' } as const;

function cutNote({ isCut, bytes }: StoredContent['request']): string | undefined {
  return isCut ? `It was ${formatBytes(bytes)} long; the rest is not kept.` : undefined;
}

interface TurnProps {
  readonly who: string;
  readonly blocks?: readonly ContentBlock[] | null;
  /** Where it cannot be read as blocks. */
  readonly text?: string | null;
  readonly note?: string | undefined;
  readonly isAnswer?: boolean;
}

function Turn({ who, blocks, text, note, isAnswer = false }: TurnProps) {
  return (
    <li className={cn('border-l-2 pl-3', isAnswer ? 'border-primary' : 'border-border')}>
      <h3 className="mb-1 text-xs font-medium text-muted-foreground">{who}</h3>
      {blocks ? (
        numbered(blocks).map(({ key, item }) => <Block key={key} block={item} />)
      ) : (
        <Text mono>{text ?? 'Nothing.'}</Text>
      )}
      {note !== undefined && <p className="mt-1 text-xs font-medium">{note}</p>}
    </li>
  );
}

const labels: Readonly<Record<ContentBlock['type'], string | undefined>> = {
  text: undefined,
  thinking: 'Thinking',
  refusal: 'Refusal',
  'tool-call': 'Calls',
  'tool-result': 'Result of',
  media: 'Shows',
  other: 'Something of its own dialect',
};

function Block({ block }: { block: ContentBlock }) {
  const label = labels[block.type];
  const isCode = block.type === 'tool-call' || block.type === 'tool-result' || block.type === 'other';
  return (
    <div className={cn('mb-2', block.type === 'thinking' && 'text-muted-foreground italic')}>
      {label !== undefined && (
        <p className="flex flex-wrap items-center gap-1.5 text-xs text-muted-foreground">
          {label} {block.name ?? block.callId ?? block.mediaType}
          {block.isError && <Badge variant="bad">error</Badge>}
        </p>
      )}
      <Text mono={isCode}>{block.text ?? ''}</Text>
    </div>
  );
}

/** Never anything but text: what models and callers say is nobody's markup here. */
function Text({ mono, children }: { mono: boolean; children: string }) {
  return (
    <p
      className={cn(
        'max-h-96 overflow-y-auto whitespace-pre-wrap wrap-anywhere',
        mono && 'font-mono text-xs leading-5',
      )}
    >
      {children}
    </p>
  );
}
