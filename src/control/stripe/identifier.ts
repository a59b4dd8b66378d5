/** The id of what Stripe gives as an id, or whole when it was asked to expand it. */
export function idOf(value: string | { readonly id: string } | null | undefined): string | undefined {
  return typeof value === 'object' ? value?.id : value;
}
