/** Whether an array's memory was transferred away (shared memory never is). */
export function isDetached({ buffer }: ArrayBufferView): boolean {
  return buffer instanceof ArrayBuffer && buffer.detached;
}
