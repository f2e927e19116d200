// What is published names @std by its own registry: nothing of npm:deno-std is left, nothing else is changed.
import { assertEquals, assertThrows } from "@std/assert";
import { forJsr, type ImportMap } from "../../.ci/publish.ts";

Deno.test("the published import map takes @std from JSR", async () => {
  const map: ImportMap = JSON.parse(await Deno.readTextFile(new URL("../../import_map.json", import.meta.url)));
  const { imports } = forJsr(map);
  assertEquals(Object.keys(imports), Object.keys(map.imports));
  for (const [name, target] of Object.entries(map.imports)) {
    if (target.startsWith("npm:deno-std")) {
      assertEquals(imports[name].startsWith(`jsr:${name.split("/", 1)[0]}/`), true);
    } else {
      assertEquals(imports[name], target);
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
