/** What `/api/v1/auth` takes and answers: signing in has a protocol of its own beside the management API. */
import { ApiError } from '@/lib/api.ts';

/** Throws ApiError. Without a body it is a GET. */
export async function askAuth<Answer = unknown>(path: string, body?: object): Promise<Answer> {
  const answer = await fetch(`/api/v1/auth${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    credentials: 'same-origin',
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new ApiError(0, 'The server did not answer.', { code: 'unreachable', remedy: 'Try again.' }, { cause });
  });
  const text = await answer.text();
  if (answer.ok) return (text === '' ? null : JSON.parse(text)) as Answer;
  throw failureOf(answer.status, text);
}

function failureOf(status: number, text: string): ApiError {
  try {
    const { message, ...told } = JSON.parse(text).error;
    return new ApiError(status, message, told);
  } catch {
    return new ApiError(status, `The server answered ${status}.`, { code: 'unreadable', remedy: 'Try again.' });
  }
}

/** Only into this dashboard: an address that leads elsewhere would lend its name to somebody's imitation of it. */
export function inside(back: string | undefined): string {
  return back !== undefined && /^\/dashboard\/(?![/\\])/.test(back) ? back.slice('/dashboard'.length) : '/';
}

/** The token of a link. */
export function tokenOfLink(): string {
  return new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
}

/** What a form holds, without spaces around. */
export function textOf(form: HTMLFormElement, name: string): string {
  return String(new FormData(form).get(name) ?? '').trim();
}

/** A password as it was typed. */
export function passwordOf(form: HTMLFormElement, name = 'password'): string {
  return String(new FormData(form).get(name) ?? '');
}
