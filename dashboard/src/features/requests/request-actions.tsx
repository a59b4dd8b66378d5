/** What can be done with a request: copied as code, tried again, found among its likes. */
import { Link } from '@tanstack/react-router';
import type { LogDetail } from '@tollgate/client';
import { Code, Play } from 'lucide-react';
import { CopyButton } from '@/components/copy-button.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Popover, PopoverContent, PopoverTitle, PopoverTrigger } from '@/components/ui/popover.tsx';
import { useAsk } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';
import { examplesOf } from './request-code.ts';

export function RequestActions({ detail }: { detail: LogDetail }) {
  const { requestId, modelAsked, content } = detail;
  const mayRead = useMay('GET /logs/{requestId}/content');
  const isKept = content === 'kept' && mayRead;
  const search = isKept ? { request: requestId } : { models: [modelAsked] };
  return (
    <>
      <CopyAsCode detail={detail} />
      {isKept && (
        <Button
          render={<Link to={playground} search={{ request: requestId, run: true } as object} />}
          variant="outline"
        >
          <Play aria-hidden />
          Run again
        </Button>
      )}
      <Button render={<Link to={playground} search={search as object} />} variant="outline">
        {isKept ? 'Open in playground' : 'Try this model'}
      </Button>
    </>
  );
}

/** Another feature's page, which reads `request`, `run` and `models`. */
const playground = '/playground' as '/';

function CopyAsCode({ detail }: { detail: LogDetail }) {
  const mayRead = useMay('GET /logs/{requestId}/content');
  const content = useAsk(
    'GET /logs/{requestId}/content',
    { params: { requestId: detail.requestId } },
    { enabled: mayRead && detail.content === 'kept' },
  );
  const examples = examplesOf(detail, content.data, location.origin);
  return (
    <Popover>
      <PopoverTrigger render={<Button variant="outline" />}>
        <Code aria-hidden />
        Copy as code
      </PopoverTrigger>
      <PopoverContent align="end" className="flex w-56 flex-col gap-2">
        <PopoverTitle className="text-sm font-medium">Copy as</PopoverTitle>
        {examples.map(({ label, code }) => (
          <CopyButton key={label} text={code} className="justify-start">
            {label}
          </CopyButton>
        ))}
        {content.data === undefined && (
          <p className="text-xs text-muted-foreground">What was sent is not kept: the code holds an example instead.</p>
        )}
      </PopoverContent>
    </Popover>
  );
}
