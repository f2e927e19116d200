/** Called as a tenant loses its place: the last moment to copy what it has put at that address. */
export type OnEvict = (at: number) => void;

/**
 * Places of one size, a tenant each: any object. When all are taken, the tenant that came first is evicted: so any number of tenants
 * get along with few places, and nobody's content is lost.
 *
 * @example Two tenants, one place
 * ```ts
 * import { Places } from "@sluice/sluice/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * const evicted: number[] = [];
 * const places = new Places([64]);
 * const first = {}, second = {};
 * assertEquals(places.take(first, (at) => evicted.push(at)), 64);
 * assertEquals(places.take(second, () => {}), 64);
 * assertEquals([evicted, places.of(first), places.of(second)], [[64], undefined, 64]);
 * ```
 */
export class Places {
  readonly #free: number[];
  readonly #taken = new Map<object, { readonly at: number; readonly onEvict: OnEvict }>();

  /** All free: one place at each address. */
  constructor(addresses: readonly number[]) {
    this.#free = [...addresses];
  }

  /** Where a tenant is, if it has a place. */
  of(tenant: object): number | undefined {
    return this.#taken.get(tenant)?.at;
  }

  /** The place that a tenant has, or a new one with whatever lies there. */
  take(tenant: object, onEvict: OnEvict): number {
    const at = this.of(tenant) ?? this.#free.pop() ?? this.#evict();
    this.#taken.set(tenant, { at, onEvict });
    return at;
  }

  /** A map keeps the order in which its keys came. */
  #evict(): number {
    const [[tenant, { at, onEvict }]] = this.#taken;
    this.#taken.delete(tenant);
    onEvict(at);
    return at;
  }

  /** Takes a place back, if the tenant has one; what lies there is lost. */
  giveBack(tenant: object): void {
    const taken = this.#taken.get(tenant);
    if (!taken) return;
    this.#taken.delete(tenant);
    this.#free.push(taken.at);
  }
}
