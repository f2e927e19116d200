// What is published names @std by its own registry: nothing of npm:deno-std is left, nothing else is changed.
import { assertEquals, assertThrows } from "@std/assert";
import { type Config, forJsr } from "../../.ci/publish.ts";

Deno.test("the published configuration takes @std from JSR", async () => {
  const config: Config = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  const { imports, ...rest } = forJsr(config);
  const { imports: before, ...same } = config;
  assertEquals(rest, same);
  for (const [name, target] of Object.entries(before)) {
    if (target.startsWith("npm:deno-std")) {
      assertEquals(imports[name]?.startsWith(`jsr:${name.split("/", 1)[0]}/`), true);
    }
  }
  assertEquals(Object.values(imports).filter((target) => target.includes("deno-std")), []);
});

Deno.test("a part of deno-std without an original cannot be published", () => {
  assertThrows(
    () => forJsr({ imports: { "@std/new/thing": "npm:deno-std@1.4.0/new/thing.js" } }),
    Error,
    "@std/new/thing",
  );
});
