/** For lists that never change their order and have no names of their own: each item with its place as its key. */
export function numbered<T>(items: readonly T[]): readonly { readonly key: string; readonly item: T }[] {
  return items.map((item, i) => ({ key: String(i + 1), item }));
}
