// The page in a real headless Chromium. Skipped, and said so, where there is none.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Browser, Page } from "playwright-core";
import { entropyMonitor, fromFile, recordReducers, reduce, rowRecord } from "../../mod.ts";
import { type Served, served, until } from "./_served.ts";

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
): void {
  Deno.test({
    name,
    ignore: !chromium,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () =>
      served({ sample: { logits: SAMPLE, labels: LABELS } }, async (service) => {
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
