/** The model waits for what its tools found; here a person says it. */
import { useState } from 'react';
import { Button } from '@/components/ui/button.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Textarea } from '@/components/ui/textarea.tsx';
import type { ToolCall } from './conversation.ts';

export function ToolResults({
  calls,
  onResults,
}: {
  calls: readonly ToolCall[];
  onResults: (results: Readonly<Record<string, string>>) => void;
}) {
  const [results, setResults] = useState<Readonly<Record<string, string>>>({});
  return (
    <form
      className="flex flex-col gap-3 border-t p-4"
      onSubmit={(event) => {
        event.preventDefault();
        onResults(results);
      }}
    >
      {calls.map(({ id, name }) => (
        <Field key={id} label={`Result of ${name}`}>
          <Textarea
            className="font-mono text-xs"
            value={results[id] ?? ''}
            placeholder='{"result": "…"}'
            onChange={(event) => setResults({ ...results, [id]: event.target.value })}
          />
        </Field>
      ))}
      <Button type="submit" className="self-start">
        Send {calls.length === 1 ? 'the result' : 'the results'}
      </Button>
    </form>
  );
}
