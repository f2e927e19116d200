/** A value made at the first call: data that several ways share, and that nobody pays for who does not ask. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
