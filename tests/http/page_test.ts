// The page in a real headless Chromium. Skipped, and said so, where there is none.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Hono } from "hono";
import { Buffer } from "node:buffer";
import type { Browser, Page } from "playwright-core";
import { entropyMonitor, fromArray, fromFile, reduce, temperature } from "../../mod.ts";
import { recordReducers, rowRecord } from "../../src/records/mod.ts";
import { type AppOptions, createApp } from "../../src/http/mod.ts";
import { bytesOfRows, npyOf, safetensorsOf, type Served, served, until } from "./_served.ts";

const SAMPLE = new URL("../../examples/data/ocr_logits_f32.npy", import.meta.url);
const LABELS = new URL("../../examples/data/ocr_labels.json", import.meta.url);

function findChromium(): string | undefined {
  const paths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  return paths.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

const chromium = findChromium();
if (!chromium) console.log("page_test: no Chromium here, the page is not tested (apt-get install chromium)");

/** Runs with a page of the service. The browser library keeps timers and handles of its own: sanitizers are off here only. */
function browserTest(
  name: string,
  run: (page: Page, service: Served) => Promise<void>,
  options: AppOptions = { sample: { logits: SAMPLE, labels: LABELS } },
): void {
  Deno.test({
    name,
    ignore: !chromium,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () =>
      served(options, async (service) => {
        const { chromium: library } = await import("playwright-core");
        const browser: Browser = await library.launch({ executablePath: chromium!, args: ["--no-sandbox"] });
        try {
          const page = await browser.newPage();
          page.setDefaultTimeout(20_000);
          const wrong: string[] = [];
          page.on("pageerror", (error) => wrong.push(String(error)));
          page.on("console", (message) => {
            const refused = message.text().startsWith("Failed to load resource");
            if (message.type() === "error" && !refused) wrong.push(message.text());
          });
          await page.goto(service.origin);
          await run(page, service);
          assertEquals(wrong, []);
        } finally {
          await browser.close();
        }
      }),
  });
}

async function rowsShown(page: Page, count: number): Promise<void> {
  await page.waitForSelector(`#timeline[data-rows="${count}"]`);
}

browserTest("the sample shows its rows, and the numbers are the library's", async (page) => {
  const logits = await fromFile(SAMPLE);
  const reduced = await Array.fromAsync(reduce(logits, recordReducers()));
  const rows = reduced.map((row) => rowRecord(row));
  const watched = ReadableStream.from(rows).pipeThrough(entropyMonitor({ window: 8, threshold: 0.15, dwell: 4 }));
  const monitors = (await Array.fromAsync(watched)).map(({ monitor }) => monitor);
  const labels = JSON.parse(await Deno.readTextFile(LABELS));
  await page.click("#sample");
  await rowsShown(page, rows.length);
  await page.focus("#timeline");
  await page.keyboard.press("Home");
  for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
  const { entropy, lse, top = [] } = rows[3];
  assertEquals(await page.textContent("#row-number"), "3");
  assertEquals(await page.textContent('[data-fact="entropy"]'), `${entropy.toFixed(4)} nats`);
  assertEquals(await page.textContent('[data-fact="log-sum-exp"]'), lse.toFixed(4));
  const text = JSON.stringify(labels[top[0].id]).slice(1, -1);
  assertEquals(await page.textContent("#bars li:first-child .text"), text);
  assertEquals(
    await page.textContent("#bars li:first-child .share"),
    `${(100 * Math.exp(top[0].logprob)).toFixed(2)} %`,
  );
  await page.fill("#top-p", "0.5");
  let mass = 0;
  let kept = 0;
  while (mass < 0.5) mass += Math.exp(top[kept++].logprob);
  assertEquals(
    await page.textContent("#kept"),
    `Keeps ${kept} token${kept === 1 ? "" : "s"} with ${(100 * mass).toFixed(2)} % of the mass.`,
  );
  await page.focus("#timeline");
  for (let row = 3; row < 50; row++) {
    assertEquals(await page.textContent("#switch"), monitors[row].state, `the model of row ${row}`);
    assertEquals(await page.textContent("#rolling"), `(rolling entropy ${monitors[row].rolling.toFixed(4)})`);
    await page.keyboard.press("ArrowRight");
  }
});

browserTest("a dropped or chosen file works by keyboard and at phone width, in light and dark", async (page) => {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 360, height: 740 });
    await page.setInputFiles("#file", SAMPLE.pathname);
    await rowsShown(page, 169);
    const [width, ground] = await page.evaluate(
      "[document.documentElement.scrollWidth, getComputedStyle(document.body).backgroundColor]",
    ) as [number, string];
    assert(width <= 360, `the page is ${width} wide`);
    assertEquals(ground, colorScheme === "light" ? "rgb(255, 255, 255)" : "rgb(13, 17, 23)");
    await page.focus("#timeline");
    await page.keyboard.press("End");
    assertEquals(await page.getAttribute("#timeline", "aria-valuenow"), "168");
  }
});

browserTest("a wrong file is told, and the page goes on", async (page) => {
  await page.setInputFiles("#file", {
    name: "bad.f32",
    mimeType: "application/octet-stream",
    buffer: Buffer.alloc(8),
  });
  await page.waitForSelector("#status.error");
  assertStringIncludes((await page.textContent("#status"))!, "vocabulary");
  await page.click("#sample");
  await rowsShown(page, 169);
});

/** Chooses a file that lies in memory. */
async function chooseFile(page: Page, input: string, name: string, bytes: Uint8Array | string): Promise<void> {
  await page.setInputFiles(input, { name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) });
}

/** Rows of these many logits that all differ. */
function logitsOf(count: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898) * 5);
}

function firstText(page: Page): Promise<string | null> {
  return page.textContent("#bars li:first-child .text");
}

browserTest("token texts belong to the source that they came with", async (page) => {
  const [four, six] = [npyOf([0, 1, 3, 2], "(1, 4)"), npyOf([0, 1, 3, 2, 0, 0], "(1, 6)")];
  await page.click("#sample");
  await rowsShown(page, 169);
  assertEquals(await firstText(page), "<blank>");
  await chooseFile(page, "#file", "four.npy", four);
  await rowsShown(page, 1);
  assertEquals(await firstText(page), "#2");

  await page.click("summary");
  await chooseFile(page, "#labels", "abc.json", '["a", "b", "c"]');
  await page.waitForSelector("#texts:has-text('Token texts: abc.json')");
  assertEquals(await firstText(page), "c");
  await chooseFile(page, "#file", "six.npy", six);
  await page.waitForSelector("#status:has-text('1 row of six.npy.')");
  await page.waitForSelector("#texts:has-text('abc.json is not used')");
  assertEquals(await firstText(page), "#2", "the texts were chosen for rows of four");
  await chooseFile(page, "#file", "four.npy", four);
  await page.waitForSelector("#status:has-text('1 row of four.npy.')");
  assertEquals(await firstText(page), "c");

  await page.click("#sample");
  await rowsShown(page, 169);
  assertEquals(await firstText(page), "<blank>", "the sample has its own");
  await chooseFile(page, "#labels", "seven.json", JSON.stringify(["a", "b", "c", "d", "e", "f", "g"]));
  await chooseFile(page, "#file", "six.npy", six);
  await page.waitForSelector("#texts:has-text('it has 7 texts, a row has 6 logits')");
  await page.waitForSelector("#status:has-text('1 row of six.npy.')");
  assertEquals(await firstText(page), "#2");
  await chooseFile(page, "#labels", "none.json", '{"a": 0}');
  await page.waitForSelector("#texts.error:has-text('wanted a JSON array')");
  await chooseFile(page, "#labels", "six.json", JSON.stringify(["a", "b", "C", "d", "e", "f"]));
  await page.waitForSelector("#texts:has-text('Token texts: six.json')");
  assertEquals(await firstText(page), "C");
});

browserTest("a changed option applies to the file in hand", async (page) => {
  const logits = logitsOf(4 * 16);
  const rowsAt = async (degree: number) => {
    const source = fromArray(logits, { vocabulary: 16 }).pipe(temperature(degree));
    return (await Array.fromAsync(reduce(source, recordReducers()))).map((row) => rowRecord(row));
  };
  const entropyShown = (entropy: number) => `[data-fact="entropy"]:text-is("${entropy.toFixed(4)} nats")`;
  await chooseFile(page, "#file", "own.npy", npyOf(logits, "(4, 16)"));
  await rowsShown(page, 4);
  await page.click("summary");
  await page.focus("#timeline");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  const [plain, warm] = [await rowsAt(1), await rowsAt(3)];
  await page.waitForSelector(entropyShown(plain[1].entropy));
  await page.fill("#temperature", "3");
  await page.waitForSelector(entropyShown(warm[1].entropy));
  await page.fill("#temperature", "hot");
  await page.waitForSelector("#status.error:has-text('temperature=hot')");
  await page.fill("#temperature", "");
  await page.waitForSelector(entropyShown(plain[1].entropy));
  assertEquals(await page.textContent("#row-number"), "1", "the chosen row stays");

  await page.fill("#dwell", "0");
  await page.waitForSelector("#switch:text-is('large')");
  await page.fill("#threshold", "100");
  await page.waitForSelector("#switch:text-is('small')");
  await page.fill("#window", "0");
  await page.waitForSelector("#status.error:has-text('Window')");
  await page.fill("#window", "1");
  await page.waitForSelector(`#rolling:text-is("(rolling entropy ${plain[1].entropy.toFixed(4)})")`);
  assertEquals(await page.textContent("#status"), "4 rows of own.npy.");
});

browserTest("after an error the person mends an option and goes on with the file in hand", async (page) => {
  await chooseFile(page, "#file", "two.safetensors", safetensorsOf({ a: [0, 1], b: [0, 1, 3] }));
  await page.waitForSelector('#status.error:has-text(\'it holds "a", "b"\')');
  await page.fill("#tensor", "c");
  await page.waitForSelector("#status.error:has-text('tensor \"c\"')");
  await page.fill("#tensor", "b");
  await page.waitForSelector("#status:has-text('1 row of two.safetensors.')");
  assertEquals(await firstText(page), "#2");

  const logits = logitsOf(12);
  await chooseFile(page, "#file", "raw.bin", bytesOfRows(logits));
  await page.waitForSelector("#status.error:has-text('dtype')");
  await page.selectOption("#dtype", "f32");
  await page.waitForSelector("#status.error:has-text('vocabulary')");
  await page.fill("#vocabulary", "many");
  await page.waitForSelector("#status.error:has-text('\"many\"')");
  await page.fill("#vocabulary", "5");
  await page.waitForSelector("#status.error:has-text('it ends in row 2')");
  await rowsShown(page, 2);
  await page.fill("#vocabulary", "4");
  await page.waitForSelector("#status:has-text('3 rows of raw.bin.')");
  await page.selectOption("#dtype", "f16");
  await page.waitForSelector("#status:has-text('6 rows of raw.bin.')");

  await chooseFile(page, "#file", "own.npy", npyOf(logits, "(3, 4)"));
  await page.waitForSelector("#status:has-text('3 rows of own.npy.')");
  await page.click("#again");
  await page.waitForSelector("#status:has-text('3 rows of own.npy.')");
});

browserTest("a service that wants a token tells so, and takes the file when it has it", async (page) => {
  await chooseFile(page, "#file", "own.npy", npyOf([0, 1], "(1, 2)"));
  await page.waitForSelector("#status.error:has-text('token')");
  await page.fill("#token", "日本");
  await page.waitForSelector("#status.error:has-text('wanted plain letters')");
  await page.fill("#token", "secret");
  await page.waitForSelector("#status:has-text('1 row of own.npy.')");
}, { token: "secret" });

browserTest("the same file can be chosen again, and giving that up keeps it", async (page) => {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Page.enable");
  await devtools.send("Page.setInterceptFileChooserDialog", { enabled: true });
  /** Answers the dialog of a file input as a person would: the browser judges whether anything has changed. */
  async function choose(files: string[]): Promise<void> {
    const opened = new Promise<number>((resolve) => {
      devtools.once("Page.fileChooserOpened", ({ backendNodeId }) => resolve(backendNodeId!));
    });
    await page.click("#file");
    await devtools.send("DOM.setFileInputFiles", { files, backendNodeId: await opened });
  }
  const path = await Deno.makeTempFile({ suffix: ".npy" });
  const name = path.slice(path.lastIndexOf("/") + 1);
  let requests = 0;
  page.on("request", () => requests++);
  try {
    await Deno.writeFile(path, npyOf([0, 1], "(1, 2)"));
    await choose([path]);
    await page.waitForSelector(`#status:has-text("1 row of ${name}.")`);
    await Deno.writeFile(path, npyOf([0, 1, 1, 0], "(2, 2)"));
    await page.click("#again");
    await page.waitForSelector("#status.error:has-text('it has changed since it was chosen')");
    await choose([path]);
    await page.waitForSelector(`#status:has-text("2 rows of ${name}.")`);
    const before = requests;
    await choose([path]);
    await until(() => requests > before, "the same file is read again");
    await page.waitForSelector(`#status:has-text("2 rows of ${name}.")`);
    // A dialog that is given up changes nothing and says so.
    await choose([]);
    await page.dispatchEvent("#file", "cancel");
    assertEquals(await page.evaluate("document.getElementById('file').files[0]?.name"), name);
    await page.click("#again");
    await page.waitForSelector(`#status:has-text("2 rows of ${name}.")`);
  } finally {
    await Deno.remove(path);
  }
});

browserTest("a changed option ends the request under way, and so does Stop", async (page, { service }) => {
  const path = await Deno.makeTempFile({ suffix: ".f32" });
  try {
    await Deno.truncate(path, 400 * 2 ** 20);
    const ended: string[] = [];
    const begun: string[] = [];
    page.on("request", (request) => begun.push(request.url()));
    page.on("requestfailed", (request) => ended.push(request.url()));
    await page.click("summary");
    await page.fill("#vocabulary", String(100 * 2 ** 20));
    await page.setInputFiles("#file", path);
    // The head of the row is asked about first.
    await until(() => begun.length === 2 && service.active === 1, "the row is under way");
    await page.fill("#temperature", "2");
    await until(() => begun.length === 4 && service.active === 1, "the row is under way anew");
    assert(ended.includes(begun[1]), "the first request was ended");
    assertStringIncludes(begun[3], "temperature=2");
    await page.click("#stop");
    await page.waitForSelector("#status:has-text('Stopped after 0 rows')");
    await until(() => service.active === 0, "the service has no work");
    await page.fill("#vocabulary", "64");
    await page.waitForSelector("#row:not([hidden])");
    await page.click("#stop");
    await page.waitForSelector("#status:has-text('Stopped after')");
  } finally {
    await Deno.remove(path);
  }
});

browserTest("a long file that is none is refused at once: its rest need not be sent first", async (page) => {
  const folder = await Deno.makeTempDir();
  const long = async (name: string) => {
    await Deno.writeFile(`${folder}/${name}`, new Uint8Array(64 * 2 ** 20).fill(0x20));
    await page.setInputFiles("#file", `${folder}/${name}`);
  };
  try {
    await long("long.npy");
    await page.waitForSelector("#status.error:has-text('long.npy: it is no .npy file')");
    await long("long.safetensors");
    await page.waitForSelector("#status.error:has-text('Cannot read long.safetensors')");
    await page.click("summary");
    await page.fill("#vocabulary", String(16 * 2 ** 20));
    await page.fill("#temperature", "0");
    await long("long.f32");
    await page.waitForSelector("#status.error:has-text('temperature')");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

browserTest("a file that is cut off shows the rows it has, and that it is", async (page) => {
  const whole = npyOf(logitsOf(40), "(10, 4)");
  await chooseFile(page, "#file", "cut.npy", whole.slice(0, whole.length - 20));
  await page.waitForSelector("#status.error:has-text('it ends in row 8')");
  await rowsShown(page, 8);
  await chooseFile(page, "#file", "longer.npy", Uint8Array.from([...whole, 1, 2, 3]));
  await page.waitForSelector("#status.error:has-text('it goes on after byte 288')");
  await rowsShown(page, 10);
});

function mounted(): Hono {
  const app = new Hono();
  app.route("/logits", createApp({ sample: { logits: SAMPLE, labels: LABELS } }));
  return app;
}

Deno.test("mounted at a prefix, with and without a slash, all that the page names is there", async () => {
  const app = mounted();
  const bare = await app.request("http://localhost/logits?a=b");
  assertEquals(bare.status, 307);
  const address = new URL(bare.headers.get("location")!, "http://localhost/logits?a=b");
  assertEquals(address.href, "http://localhost/logits/?a=b");
  const page = await app.request(address.href);
  assertEquals([page.status, page.headers.get("content-type")], [200, "text/html; charset=utf-8"]);
  const html = await page.text();
  const named = [...html.matchAll(/(?:src|href)="(?!data:)([^"]*)"/g)].map(([, name]) => new URL(name, address).href);
  for (let i = 0; i < named.length; i++) {
    const asset = await app.request(named[i]);
    assertEquals(asset.status, 200, named[i]);
    const imports = [...(await asset.text()).matchAll(/^import .* from "(.*)";$/gm)];
    for (const [, name] of imports) named.push(new URL(name, named[i]).href);
  }
  assert(named.length >= 8, named.join(" "));
  assertEquals((await app.request("http://localhost/logits/nothing")).status, 404);
  assertEquals((await createApp().request("/")).status, 200);
});

Deno.test({
  name: "mounted at a prefix, the page works under both of its addresses",
  ignore: !chromium,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, mounted().fetch);
    const { chromium: library } = await import("playwright-core");
    const browser = await library.launch({ executablePath: chromium!, args: ["--no-sandbox"] });
    try {
      for (const path of ["/logits", "/logits/"]) {
        const page = await browser.newPage();
        page.setDefaultTimeout(20_000);
        const refused: string[] = [];
        page.on("response", (answer) => answer.status() >= 400 && refused.push(answer.url()));
        await page.goto(`http://127.0.0.1:${server.addr.port}${path}`);
        await page.click("#sample");
        await rowsShown(page, 169);
        assertEquals(await firstText(page), "<blank>");
        assertEquals(refused, []);
      }
    } finally {
      await browser.close();
      await server.shutdown();
    }
  },
});

Deno.test({
  name: "a closed tab gives its request back, and the service goes on",
  ignore: !chromium,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () =>
    served({}, async ({ origin, service, post }) => {
      const { chromium: library } = await import("playwright-core");
      const browser = await library.launch({ executablePath: chromium!, args: ["--no-sandbox"] });
      const path = await Deno.makeTempFile({ suffix: ".f32" });
      try {
        await Deno.writeFile(path, new Uint8Array(400 * 2 ** 20));
        const page = await browser.newPage();
        await page.goto(origin);
        await page.click("summary");
        await page.fill("#vocabulary", "64");
        await page.setInputFiles("#file", path);
        await until(() => service.active === 1, "the upload began");
        await page.waitForSelector("#row:not([hidden])");
        await page.close();
        await until(() => service.active === 0, "the request ended with the tab");
        const answer = await post("/v1/reduce?vocabulary=2", new Uint8Array(8));
        assertEquals((await answer.json()).count, 2);
      } finally {
        await browser.close();
        await Deno.remove(path);
      }
    }),
});
