import { useMutation } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import { Button } from '@/components/ui/button.tsx';
import { bodyFor } from './snippets.ts';

interface Answered {
  readonly status: number;
  readonly text: string;
}

/** The same request, for whoever has no terminal at hand. */
export function SendFromHere({ keyText, model }: { keyText: string; model: string }) {
  const send = useMutation<Answered, Error>({ mutationFn: () => ask(keyText, model) });
  return (
    <>
      <Button variant="outline" size="sm" disabled={send.isPending} onClick={() => send.mutate()}>
        <Send aria-hidden />
        {send.isPending ? 'Sending …' : 'Send it from here'}
      </Button>
      {(send.data ?? send.error) != null && (
        <p role="status" className="basis-full text-sm">
          <span className={send.data?.status === 200 ? 'text-good' : 'text-bad'}>
            {send.data === undefined ? 'Not sent' : send.data.status}
          </span>{' '}
          <span className="break-words">{send.data?.text ?? send.error?.message}</span>
        </p>
      )}
    </>
  );
}

async function ask(keyText: string, model: string): Promise<Answered> {
  const answer = await fetch('/v1/chat/completions', {
    method: 'POST',
    headers: { authorization: `Bearer ${keyText}`, 'content-type': 'application/json' },
    body: JSON.stringify(bodyFor(model)),
    credentials: 'omit',
  });
  const body = (await answer.json()) as {
    readonly choices?: readonly { readonly message?: { readonly content?: string } }[];
    readonly error?: { readonly message?: string };
  };
  return { status: answer.status, text: body.choices?.[0]?.message?.content ?? body.error?.message ?? '' };
}
