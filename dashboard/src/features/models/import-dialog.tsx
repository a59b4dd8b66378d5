import type { ModelImport } from '@tollgate/client';
import { useState } from 'react';
import { errorAt, FormDialog } from '@/components/form-dialog.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Textarea } from '@/components/ui/textarea.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useChange } from '@/lib/api.ts';

const example = 'id,input,output,contextTokens\nlocal/llama-3.3-70b,0.10,0.40,131072';

/** Many models with their prices, all or none; tried first. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const preview = useChange('POST /models/import');
  const change = useChange('POST /models/import', ['GET /models']);
  const body = bodyOf(text);
  const error = preview.error ?? change.error;
  async function read(file: File | undefined) {
    if (file !== undefined) setText(await file.text());
  }
  return (
    <FormDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Import models"
      description="A table whose first line names the columns, or a JSON list. All of it or nothing."
      action="Import"
      pending={change.isPending}
      error={error}
      fields={['csv', 'models']}
      onSubmit={() =>
        change.mutate(
          { body: { ...body, dryRun: false } },
          {
            onSuccess: ({ created, changed }) => {
              toast.done(`${created.length} models added, ${changed.length} changed`);
              onClose();
            },
          },
        )
      }
    >
      <Field label="File">
        <input
          type="file"
          accept=".csv,.json,text/csv,application/json"
          className="text-sm"
          onChange={(event) => void read(event.target.files?.[0])}
        />
      </Field>
      <Field label="Models" error={errorAt(error, 'csv') ?? errorAt(error, 'models')}>
        <Textarea
          value={text}
          onChange={(event) => setText(event.target.value)}
          placeholder={example}
          required
          spellCheck={false}
          className="min-h-40 font-mono text-xs"
        />
      </Field>
      <Button
        variant="outline"
        className="w-fit"
        disabled={text.trim() === '' || preview.isPending}
        onClick={() => preview.mutate({ body: { ...body, dryRun: true } })}
      >
        Try it without changing anything
      </Button>
      {preview.data !== undefined && <Report report={preview.data} />}
    </FormDialog>
  );
}

function bodyOf(text: string): { csv: string } | { models: unknown[] } {
  try {
    const parsed: unknown = JSON.parse(text);
    if (Array.isArray(parsed)) return { models: parsed };
  } catch {
    // A table.
  }
  return { csv: text };
}

function Report({ report: { created, changed, unchanged, problems } }: { report: ModelImport }) {
  return (
    <div role="status" className="flex flex-col gap-2 rounded-md border p-3 text-sm">
      <p>
        <b>{created.length}</b> new, <b>{changed.length}</b> changed, <b>{unchanged.length}</b> as they are,{' '}
        <b className={problems.length > 0 ? 'text-bad' : undefined}>{problems.length}</b> wrong.
      </p>
      {problems.length > 0 && (
        <ul className="max-h-40 overflow-y-auto text-xs">
          {problems.map(({ row, model, message }) => (
            <li key={`${row} ${model}`} className="border-t py-1 first:border-0">
              Row {row} {model}: {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
