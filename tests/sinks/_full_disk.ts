/** Where every write fails: a device of Linux. */
export const FULL = "/dev/full";

/** Whether there is such a device. */
export const hasFull: boolean = await Deno.stat(FULL).then(() => true, () => false);

/** Whether a small disk can be had; tests that need one are ignored where it cannot. */
export const canMount: boolean = await onSmallDisk(4096, () => Promise.resolve(true)).catch(() => false);

/** Runs a test on a disk of its own that has so many bytes, a multiple of 4096. */
export async function onSmallDisk<T>(size: number, run: (path: (name: string) => string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "sluice-disk-" });
  try {
    await command("mount", "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder);
    try {
      return await run((name) => `${folder}/${name}`);
    } finally {
      await command("umount", folder);
    }
  } finally {
    await Deno.remove(folder);
  }
}

async function command(name: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(name, { args }).output();
  if (!success) throw new Error(`Cannot ${name}: ${new TextDecoder().decode(stderr)}`);
}
