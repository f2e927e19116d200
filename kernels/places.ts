/** Who takes a place. It may have to leave it at any time: then it takes along what it has put there. */
export interface Tenant {
  /** The place, which begins at `at`, is somebody else's from now on. */
  leave(at: number): void;
}

/**
 * Places of one size, a tenant each. When all are taken, the tenant that came first leaves: so any number of owners get along with
 * few places, and nobody's content is lost.
 *
 * @example Two tenants, one place
 * ```ts
 * import { Places } from "@sluice/sluice/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * const left: string[] = [];
 * const places = new Places([64]);
 * const first = places.take({ leave: () => left.push("first") });
 * const second = places.take({ leave: () => left.push("second") });
 * assertEquals([first, second, left], [64, 64, ["first"]]);
 * ```
 */
export class Places {
  readonly #free: number[];
  readonly #tenants = new Map<number, Tenant>();

  /** All free: one place at each address. */
  constructor(addresses: readonly number[]) {
    this.#free = [...addresses];
  }

  /** Gives a tenant a place, with whatever lies there. */
  take(tenant: Tenant): number {
    const at = this.#free.pop() ?? this.#evict();
    this.#tenants.set(at, tenant);
    return at;
  }

  /** A map keeps the order in which its keys came. */
  #evict(): number {
    const [[at, tenant]] = this.#tenants;
    this.#tenants.delete(at);
    tenant.leave(at);
    return at;
  }

  /** Takes a place back from a tenant who leaves nothing there. */
  giveBack(at: number): void {
    this.#tenants.delete(at);
    this.#free.push(at);
  }
}
