// What a terminal does to work: a bar that cannot be shown, or a terminal that goes away, ends nothing. Needs `script`, for a terminal.
import { assertEquals } from "@std/assert";
import { inFolder } from "./_shell.ts";

const MAIN = new URL("../../src/cli/main.ts", import.meta.url).pathname;
const ROW = new Uint8Array(4096);

function has(command: string): boolean {
  try {
    return new Deno.Command(command, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

async function textOf(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch(() => "");
}

interface Work {
  /** Sends rows, slowly, as long as something is so. */
  sendWhile(condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Whether there is no output yet. */
  waits(): Promise<boolean>;
  /** What the terminal shows. */
  screen(): string;
  /** Takes the terminal away. */
  hangUp(): void;
}

function during(milliseconds: number): () => boolean {
  const end = Date.now() + milliseconds;
  return () => Date.now() < end;
}

/** Reduces rows that come in slowly, on a terminal: all are reduced and the status is 0, whatever is done meanwhile. */
async function onTerminal(flags: readonly string[], run: (work: Work) => Promise<void>): Promise<void> {
  await inFolder(async (path) => {
    const [rows, out, status] = ["rows", "out.ndjson", "status"].map(path);
    await new Deno.Command("mkfifo", { args: [rows] }).output();
    const reduce = ["run", "--no-prompt", "--allow-read", "--allow-write", ...flags, MAIN, "reduce", "-"].join(" ");
    const line = `${Deno.execPath()} ${reduce} --vocabulary 1024 -o ${out} <${rows}; echo $? >${status}`;
    // Told to hang up, it goes on: as after nohup or disown.
    const script = new Deno.Command("script", {
      args: ["-qc", `trap '' HUP; ${line}`, "/dev/null"],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    let screen = "";
    const reading = script.stdout.pipeThrough(new TextDecoderStream()).pipeTo(
      new WritableStream({ write: (text) => void (screen += text) }),
    );
    const input = await Deno.open(rows, { write: true });
    let sent = 0;
    await run({
      sendWhile: async (condition) => {
        for (; await condition(); sent++) {
          await input.write(ROW);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      },
      waits: async () => await textOf(out) === "",
      screen: () => screen,
      hangUp: () => script.kill("SIGKILL"),
    });
    input.close();
    await Promise.all([reading, script.status]);
    // Without its terminal nobody waits for it.
    for (let tries = 0; tries < 1000 && await textOf(status) === ""; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assertEquals(await textOf(status), "0\n");
    assertEquals((await textOf(out)).trim().split("\n").length, sent);
  });
}

const ignore = !has("script");

Deno.test(
  { name: "a terminal that goes away ends nothing", ignore },
  () =>
    onTerminal([], async ({ sendWhile, screen, hangUp }) => {
      await sendWhile(() => !screen().includes("MiB"));
      hangUp();
      await sendWhile(during(700));
    }),
);

Deno.test({ name: "a bar that cannot be loaded ends nothing", ignore }, async () => {
  const config = await Deno.makeTempFile({ suffix: ".json" });
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("../../import_map.json", import.meta.url)));
  const without = { ...imports, "cli-progress": "file:///nowhere/cli_progress.js" };
  await Deno.writeTextFile(config, JSON.stringify({ imports: without, lock: false }));
  await onTerminal(["--no-check", "--config", config], async ({ sendWhile, waits }) => {
    await sendWhile(waits);
    await sendWhile(during(700));
  });
  await Deno.remove(config);
});
