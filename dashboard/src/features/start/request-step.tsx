import { useState } from 'react';
import { CopyButton } from '@/components/copy-button.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { Segments } from '@/components/segments.tsx';
import { Button } from '@/components/ui/button.tsx';
import { useChange } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';
import { Arrival } from './arrival.tsx';
import { SendFromHere } from './send-from-here.tsx';
import { snippet, type Way, ways } from './snippets.ts';
import { Step } from './step.tsx';

/** A key, the request with the key in it, and the moment at which it arrives. */
export function RequestStep({ organizationId, model }: { organizationId: string; model: string | undefined }) {
  const [way, setWay] = useState<Way>('curl');
  const mayMake = useMay('POST /keys');
  const make = useChange('POST /keys', ['GET /keys']);
  const [arrived, setArrived] = useState(false);
  const made = make.data;
  if (model === undefined) return <Step number={3} title="Send a request" isDone={false} />;
  if (made === undefined)
    return (
      <Step number={3} title="Send a request" isDone={false}>
        <p className="text-muted-foreground">
          {mayMake
            ? 'It needs a key of yours. Whoever has it can call models as you.'
            : 'It needs a key. Ask somebody who may make one: owners, administrators and developers do.'}
        </p>
        {mayMake && (
          <Button
            className="w-fit"
            disabled={make.isPending}
            onClick={() => make.mutate({ body: { name: keyName(), organizationId } })}
          >
            Make a key
          </Button>
        )}
        {make.error && <ErrorState error={make.error} />}
      </Step>
    );
  const code = snippet(way, { origin: location.origin, key: made.key, model });
  return (
    <Step number={3} title="Send a request" isDone={arrived}>
      <p className="text-muted-foreground">
        The key <span className="font-medium text-foreground">{made.name}</span> is shown only now. Copy the request
        with it, and run it.
      </p>
      <Segments label="How it is sent" items={ways} value={way} onChange={setWay} />
      <div className="relative rounded-md border bg-muted">
        <pre className="overflow-x-auto p-3 pr-12 font-mono text-xs leading-5" tabIndex={0}>
          {code}
        </pre>
        <CopyButton text={code} label="Copy the request" className="absolute top-1.5 right-1.5 bg-muted" />
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <CopyButton text={made.key} size="sm">
          Copy the key alone
        </CopyButton>
        <SendFromHere keyText={made.key} model={model} />
      </div>
      <Arrival keyId={made.id} onArrived={() => setArrived(true)} />
    </Step>
  );
}

/** Names of keys are unique in an organization. */
function keyName(): string {
  return `first key ${new Date().toISOString().slice(0, 16).replace('T', ' ')}`;
}
