/** The rows of `examples/data/lm_logits_f32.npy`, read at once: a header of 128 bytes, then float32. */
export function realRows(): Float32Array[] {
  const { buffer } = Deno.readFileSync("examples/data/lm_logits_f32.npy"), rows = 4;
  const length = (buffer.byteLength - 128) / 4 / rows;
  return Array.from({ length: rows }, (_, row) => new Float32Array(buffer, 128 + 4 * row * length, length));
}
