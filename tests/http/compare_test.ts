// `/v1/compare`: the lines of `sluice compare`, of an upload, a form or a named source beside another named one; and what is refused.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ComparisonSchema, ComparisonSummarySchema } from "../../src/http/routes/_openapi.ts";
import { inFolder, sluice } from "../cli/_shell.ts";
import { bytesOfRows, cut, lines, npyOf, served } from "./_served.ts";

const A = Array.from({ length: 60 }, (_, i) => 3 * Math.sin(i * i)), B = A.map((x, i) => x + 0.2 * Math.cos(i));
const SHAPE = "(10, 6)";

/** A service whose root has both, and what the command line says of them. */
async function compared(
  run: (
    post: (path: string, body?: BodyInit | ReadableStream<Uint8Array>) => Promise<Response>,
    wanted: string,
  ) => Promise<void>,
): Promise<void> {
  await inFolder(async (path) => {
    await Deno.writeFile(path("a.npy"), npyOf(A, SHAPE));
    await Deno.writeFile(path("b.npy"), npyOf(B, SHAPE));
    await Deno.writeFile(path("narrow.npy"), npyOf(B, "(12, 5)"));
    const { out } = await sluice(["compare", path("a.npy"), path("b.npy"), "--top-k", "3"]);
    await served({ root: path("") }, ({ post }) => run(post, out));
  });
}

Deno.test("two named sources, an upload in pieces and a form: the lines of the command line", () =>
  compared(async (post, wanted) => {
    const form = new FormData();
    form.append("logits", new Blob([npyOf(A, SHAPE)]), "a.npy");
    for (
      const answer of [
        await post("/v1/compare?source=a.npy&other=b.npy&topK=3"),
        await post("/v1/compare?other=b.npy&topK=3&vocabulary=6", cut(bytesOfRows(A), [5, 1, 77])),
        await post("/v1/compare?other=b.npy&topK=3", form),
      ]
    ) {
      assertEquals(answer.status, 200);
      assertEquals(await answer.text(), wanted);
    }
  }));

/** Two uploads in one form. */
function both(other: Uint8Array<ArrayBuffer>, logits?: Uint8Array<ArrayBuffer>): FormData {
  const form = new FormData();
  form.append("other", new Blob([other]), "b.npy");
  if (logits) form.append("logits", new Blob([logits]), "a.npy");
  return form;
}

Deno.test("two uploads in one form: the first waits in a temporary file", () =>
  compared(async (post, wanted) => {
    for (
      const answer of [
        await post("/v1/compare?topK=3", both(npyOf(B, SHAPE), npyOf(A, SHAPE))),
        await post("/v1/compare?topK=3&source=a.npy", both(npyOf(B, SHAPE))),
      ]
    ) {
      assertEquals([answer.status, await answer.text()], [200, wanted]);
    }
    for (
      const [path, form, code] of [
        ["/v1/compare", both(npyOf(B, SHAPE)), "E_BAD_REQUEST"],
        ["/v1/compare", both(npyOf(B, "(12, 5)"), npyOf(A, SHAPE)), "E_SHAPE"],
        ["/v1/compare?source=a.npy", both(npyOf(B, SHAPE), npyOf(A, SHAPE)), "E_BAD_REQUEST"],
        ["/v1/compare?other=b.npy", both(npyOf(B, SHAPE), npyOf(A, SHAPE)), "E_BAD_REQUEST"],
      ] as const
    ) {
      assertEquals((await (await post(path, form)).json()).code, code, path);
    }
  }));

Deno.test("an upload that is longer than what may be spilled is refused, and leaves no file open", async () => {
  for (const spillBytes of [0, 300]) {
    await served({ limits: { spillBytes } }, async ({ post }) => {
      const answer = await post("/v1/compare", both(npyOf(B, SHAPE), npyOf(A, SHAPE)));
      assertEquals([answer.status, (await answer.json()).code], [413, "E_BODY_LIMIT"]);
    });
  }
});

Deno.test("rows and summary are as the description says, with labels too, in every format", () =>
  compared(async (post) => {
    const form = new FormData();
    form.append("labels", JSON.stringify(Array.from({ length: 10 }, (_, i) => i === 4 ? -100 : i % 6)));
    const found = await lines(await post("/v1/compare?source=a.npy&other=b.npy&shift=true", form));
    for (const row of found.slice(0, -1)) ComparisonSchema.parse(row);
    const { perplexity, standardError } = ComparisonSummarySchema.parse(found.at(-1).summary);
    assert(perplexity!.every((x) => Number(x) > 1) && Number(standardError) > 0);
    const one = await (await post("/v1/compare?source=a.npy&other=b.npy&format=json")).json();
    assertEquals([one.rows.length, one.summary.rows], [10, 10]);
    const events = await (await post("/v1/compare?source=a.npy&other=b.npy&format=sse")).text();
    assertStringIncludes(events, "event: summary");
  }));

Deno.test("what cannot be compared is a problem with a code", () =>
  compared(async (post) => {
    const refusals: [string, string, BodyInit?][] = [
      ["/v1/compare", "E_BAD_REQUEST"],
      ["/v1/compare?source=a.npy", "E_BAD_REQUEST"],
      ["/v1/compare?other=b.npy", "E_BAD_REQUEST"],
      ["/v1/compare?source=a.npy&other=../b.npy", "E_PATH_BLOCKED"],
      ["/v1/compare?source=a.npy&other=none.npy", "E_SOURCE_MISSING"],
      ["/v1/compare?source=a.npy&other=narrow.npy", "E_SHAPE"],
      ["/v1/compare?source=a.npy&other=b.npy&shift=true", "E_PARAM"],
      ["/v1/compare?source=a.npy&other=b.npy&topK=0", "E_K_RANGE"],
      ["/v1/compare?source=a.npy&other=b.npy&topK=99999999", "E_LIMIT"],
      ["/v1/compare?source=a.npy&other=b.npy&window=3", "E_PARAM"],
    ];
    for (const [path, wanted, body] of refusals) {
      const { code } = await (await post(path, body)).json();
      assertEquals(code, wanted, path);
    }
  }));

Deno.test("an upload that ends early is the last line, behind the rows that were whole", () =>
  compared(async (post) => {
    const found = await lines(
      await post("/v1/compare?other=b.npy&vocabulary=6", cut(bytesOfRows(A.slice(0, 24)), [24])),
    );
    assertEquals(found.slice(0, -1).map(({ row }) => row), [0, 1, 2, 3]);
    assertEquals(found.at(-1).error.code, "E_SOURCE_SHORT");
    assertStringIncludes(found.at(-1).error.detail, '"A" ended before row 4');
  }));
