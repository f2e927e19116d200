// Options of the service: what is none, or of another type, is refused before anything is served.
import { assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { ParameterError } from "../../src/core/mod.ts";
import { createApp, serve } from "../../src/http/mod.ts";

/** Options that do not fit, and what is said of them. */
const WRONG: readonly (readonly [options: unknown, said: string])[] = [
  [5, "options = 5"],
  [null, "options = null"],
  [["root"], "options = a list"],
  [{ alowHosts: ["gpu7"] }, "alowHosts = a list: wanted one of its options: limits, root, allowOrigins"],
  [{ Token: "secret" }, "Token"],
  [{ limits: 5 }, "Cannot use limits with options = 5: wanted an object"],
  [{ limits: { request: 5 } }, "Cannot use limits with request = 5: wanted one of its options: requests,"],
  [{ root: 5 }, "Cannot use root 5"],
  [{ allowHosts: "gpu7" }, "Cannot use allowHosts gpu7: wanted a list of texts"],
  [{ allowOrigins: [5] }, "Cannot use allowOrigins a list: wanted a list of texts"],
  [{ cors: {} }, "Cannot use cors an object"],
  [{ token: 5 }, "Cannot use token: wanted a string"],
  [{ log: "yes" }, "Cannot use log yes: wanted a function"],
  [{ onError: true }, "Cannot use onError true: wanted a function"],
  [{ sample: "a.npy" }, "Cannot use sample with options = a.npy: wanted an object with logits"],
  [{ sample: { labels: "a.json", logit: "a.npy" } }, "logit = a.npy"],
];

// deno-lint-ignore no-explicit-any
const any = (value: unknown): any => value;

Deno.test("options that there are not, or of another type, are refused by createApp and by serve", async () => {
  for (const [options, said] of WRONG) {
    assertStringIncludes(assertThrows(() => createApp(any(options)), ParameterError).message, said);
    await assertRejects(() => serve(any(options)), ParameterError);
  }
  for (const name of ["hostname", "port", "graceSeconds"]) {
    assertThrows(() => createApp(any({ [name]: 5 })), ParameterError, `Cannot use createApp with ${name} = 5`);
  }
});

Deno.test("an address that is none is refused by serve", async () => {
  for (const options of [{ hostname: 5 }, { port: "80" }, { port: 1.5 }, { port: -1 }]) {
    await assertRejects(() => serve(any(options)), ParameterError);
  }
});

Deno.test("a limit, or an option, that is undefined counts as left out", () => {
  createApp(any({ limits: { requests: undefined }, root: undefined, cors: undefined }));
});

Deno.test("seconds that no timer can wait are refused", async () => {
  for (const graceSeconds of [0, -1, NaN, Infinity, 3_000_000]) {
    await assertRejects(() => serve({ port: 0, graceSeconds }), ParameterError, "Cannot use graceSeconds");
  }
});
