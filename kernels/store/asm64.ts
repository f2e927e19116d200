/** The sweep of float64 logits that keeps its weights. */
import { tiles64 } from "../sweep/asm64.ts";

/** Writes a row and the weights of each tile; gives how many tiles are marked. */
export function store64(logits: usize, count: i32, table: usize, weights: usize): i32 {
  return tiles64(1, logits, count, table, weights);
}
