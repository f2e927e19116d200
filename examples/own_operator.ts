// An operator of your own: forbids a token (say, the end of the text) in the first rows. What it writes at an id depends
// on the row, the id and the logit there, and on nothing else: then it may be cut and read again anywhere.
import { fromArray, maximum, normalize, type Operator, operatorStream, reduce } from "@sluice/sluice";
import { assertEquals } from "@std/assert";

function forbidBefore(id: number, firstRow: number): Operator {
  const operator: Operator = {
    spec: { name: "forbidBefore", params: { id, firstRow }, inputs: [] },
    apply({ values, row, start }) {
      if (row < firstRow && id >= start && id < start + values.length) values[id - start] = -Infinity;
    },
    stream: () => operatorStream([operator]),
  };
  return operator;
}

// Three rows in which token 2 is the likeliest.
const logits = fromArray([1, 0, 5, 0, 1, 5, 1, 0, 5], { vocabulary: 3 }).pipe(forbidBefore(2, 2));

const best = await Array.fromAsync(reduce(logits, { best: maximum() }), (row) => row.best.id);
console.log("likeliest token of each row:", best);
assertEquals(best, [0, 1, 2]);

// Piped once, it acts on both reads of a softmax: the forbidden token has probability 0.
const [{ data }] = await Array.fromAsync(normalize(logits).open({ rows: [0, 1] }));
assertEquals(data[2], 0);
