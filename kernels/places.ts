/** Takes along what a tenant has put at an address: the place is somebody else's from now on. */
export type Leave = (at: number) => void;

/**
 * Places of one size, a tenant each: any object. When all are taken, the tenant that came first leaves: so any number of owners get
 * along with few places, and nobody's content is lost.
 *
 * @example Two tenants, one place
 * ```ts
 * import { Places } from "@sluice/sluice/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * const left: number[] = [];
 * const places = new Places([64]);
 * const first = {}, second = {};
 * assertEquals(places.take(first, (at) => left.push(at)), 64);
 * assertEquals(places.take(second, () => {}), 64);
 * assertEquals([left, places.of(first), places.of(second)], [[64], undefined, 64]);
 * ```
 */
export class Places {
  readonly #free: number[];
  readonly #taken = new Map<object, { readonly at: number; readonly leave: Leave }>();

  /** All free: one place at each address. */
  constructor(addresses: readonly number[]) {
    this.#free = [...addresses];
  }

  /** Where a tenant is, if it has a place. */
  of(tenant: object): number | undefined {
    return this.#taken.get(tenant)?.at;
  }

  /** Gives a tenant that has none a place, with whatever lies there. `leave` is called if it must go. */
  take(tenant: object, leave: Leave): number {
    const at = this.#free.pop() ?? this.#evict();
    this.#taken.set(tenant, { at, leave });
    return at;
  }

  /** A map keeps the order in which its keys came. */
  #evict(): number {
    const [[tenant, { at, leave }]] = this.#taken;
    this.#taken.delete(tenant);
    leave(at);
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
