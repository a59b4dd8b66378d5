import { useDeferredValue, useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { Textarea } from '@/components/ui/textarea.tsx';
import { useAsk } from '@/lib/api.ts';
import { DecisionTable } from './decision-table.tsx';
import type { Definition } from './definition.ts';

const example = 'Summarize the attached minutes in three sentences.';

/** Plain text is a question; JSON is a whole request as a caller would send it. */
function requestOf(text: string): Readonly<Record<string, unknown>> {
  if (text.trimStart().startsWith('{')) {
    try {
      return JSON.parse(text) as Record<string, unknown>;
    } catch {
      // Not whole yet: a question about braces.
    }
  }
  return { messages: [{ role: 'user', content: text }] };
}

/** What would become of a sample request: asked of the code that decides for real ones, whenever something changes. */
export function SamplePanel({ name, definition }: { name: string | undefined; definition: Definition | undefined }) {
  const [text, setText] = useState(example);
  const [said, tried] = [useDeferredValue(text), useDeferredValue(definition)];
  const body = {
    request: requestOf(said),
    ...(tried !== undefined && { definition: tried as never }),
    ...(name !== undefined && nameRule.test(name) && { name }),
  };
  const decision = useAsk('POST /routes/simulate', { body }, { enabled: tried !== undefined, keep: true });
  return (
    <Card>
      <CardHeader>
        <div>
          <CardTitle>A sample request</CardTitle>
          <CardDescription>Who would be asked, by this definition. Nobody is, and nothing is stored.</CardDescription>
        </div>
      </CardHeader>
      <CardContent className="flex flex-col gap-4">
        <Field label="Request" hint="A question, or a whole request as JSON: with tools, images, max_tokens.">
          <Textarea value={text} onChange={(event) => setText(event.target.value)} className="min-h-24" />
        </Field>
        {decision.error !== null && <ErrorState error={decision.error} />}
        {decision.error === null && decision.data === undefined && tried !== undefined && <Skeleton className="h-40" />}
        {decision.error === null && decision.data !== undefined && <DecisionTable simulation={decision.data} />}
      </CardContent>
    </Card>
  );
}

const nameRule = /^[a-z0-9][a-z0-9._-]{0,63}$/;
