/** To a page of Stripe and back. */

/** This page, with what happened there. */
export function returnAddress(checkout: 'done' | 'cancelled'): string {
  const url = new URL(location.href);
  url.searchParams.set('checkout', checkout);
  return url.href;
}

/** The whole window: a page of Stripe lets nobody frame it. */
export function leaveFor(url: string): void {
  location.assign(url);
}
