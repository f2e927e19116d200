import { wholeFault } from "../core/mod.ts";

/** A list of records of numbers, column by column, in the order of the tokens: for folds that look back from the end. */
export interface Steps {
  /** How many there are. */
  size: number;
  /** A column a field; as long as there is room. */
  columns: Float64Array[];
}

/** What folds over the steps of a sequence share. Without `merge`: the order counts. */
export function stepsState(fields: number) {
  return {
    init: (): Steps => ({ size: 0, columns: Array.from({ length: fields }, () => new Float64Array(0)) }),
    push(state: Steps, ...numbers: readonly number[]): void {
      if (state.size === state.columns[0].length) {
        state.columns = state.columns.map((column) => {
          const longer = new Float64Array(Math.max(16, 2 * state.size));
          longer.set(column);
          return longer;
        });
      }
      numbers.forEach((x, i) => state.columns[i][state.size] = x);
      state.size++;
    },
    canonical: ({ size, columns }: Readonly<Steps>): Steps => ({
      size,
      columns: columns.map((column) => column.slice(0, size)),
    }),
    validate: ({ size, columns }: Readonly<Steps>): string | undefined =>
      wholeFault("size", size, 0, 2 ** 31) ?? wholeFault("the number of columns", columns.length, fields, fields) ??
        columns.map((column) => wholeFault("the length of a column", column.length, size, size)).find(Boolean),
  };
}
