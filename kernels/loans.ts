/** What lies where in a stretch of memory that is lent in pieces of any size. */
interface Loan {
  readonly at: number;
  readonly end: number;
}

/**
 * A stretch of memory, lent in pieces of any size, each until it is given back; the first gap that is large enough is taken.
 *
 * @example A gap is lent again
 * ```ts
 * import { Loans } from "@sluice/sluice/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * const loans = new Loans(4096, 256);
 * assertEquals([loans.lend(100), loans.lend(128), loans.lend(1)], [4096, 4224, undefined]);
 * loans.giveBack(4096);
 * assertEquals(loans.lend(64), 4096);
 * ```
 */
export class Loans {
  readonly #from: number;
  readonly #end: number;
  /** In the order of their addresses. */
  readonly #loans: Loan[] = [];

  /** `bytes` of memory from an address on, nothing of it lent. */
  constructor(from: number, bytes: number) {
    this.#from = from;
    this.#end = from + bytes;
  }

  /** Where `bytes` are lent, 64-byte aligned; nothing where no gap is that large. */
  lend(bytes: number): number | undefined {
    const size = Math.ceil(Math.max(bytes, 1) / 64) * 64;
    let at = this.#from, before = 0;
    for (; before < this.#loans.length && this.#loans[before].at - at < size; before++) at = this.#loans[before].end;
    if (at + size > this.#end) return undefined;
    this.#loans.splice(before, 0, { at, end: at + size });
    return at;
  }

  /** Takes back what was lent at an address, if anything was. */
  giveBack(at: number): void {
    const found = this.#loans.findIndex((loan) => loan.at === at);
    if (found >= 0) this.#loans.splice(found, 1);
  }
}
