/** How large a program gets that takes from the root module: what it does not use must not come along. */
import { assert, assertEquals } from "@std/assert";
import { CATALOGUE } from "../src/catalogue/mod.ts";
import { ROOT } from "./support/modules.ts";

/** A minified bundle, its bytes, and those of the same compressed. */
async function bundleOf(
  source: string,
): Promise<{ readonly text: string; readonly bytes: number; readonly compressed: number }> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/main.ts`, source);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--quiet", "--minify", "--output", `${folder}/main.js`, `${folder}/main.ts`],
      stderr: "piped",
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    const bundle = await Deno.readFile(`${folder}/main.js`);
    const compressed = new Response(new Blob([bundle]).stream().pipeThrough(new CompressionStream("gzip")));
    const text = new TextDecoder().decode(bundle);
    return { text, bytes: bundle.length, compressed: (await compressed.bytes()).length };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const root = JSON.stringify(new URL("mod.ts", ROOT).href);

for (
  const { what, source, most } of [
    { what: "the whole root module", source: `export * from ${root};`, most: 119 },
    {
      what: "reduce, fromArray and logSumExp",
      source: `export { fromArray, logSumExp, reduce } from ${root};`,
      most: 45,
    },
  ]
) {
  Deno.test(`bundle: ${what}, compressed, is at most ${most} KB`, async () => {
    const { bytes, compressed } = await bundleOf(source);
    console.info(`${what}: ${(bytes / 1e3).toFixed(1)} KB, ${(compressed / 1e3).toFixed(1)} KB compressed`);
    assert(compressed <= most * 1e3, `${compressed} bytes`);
  });
}

Deno.test("bundle: one reducer brings no other row of the catalogue along, and no option of one", async () => {
  const { text } = await bundleOf(`export { fromArray, reduce, topK } from ${root};`);
  const found = CATALOGUE.filter(({ name, help }) =>
    text.includes(`name:"${name}"`) || text.includes(`help:${JSON.stringify(help)}`)
  );
  assertEquals(found.map(({ name }) => name), ["topK"]);
});
