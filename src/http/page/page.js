// The page: sends a file, draws each row as its line arrives.
import { fileLayout } from "./layout.js";
import { entropyMonitor } from "./monitor.js";

/** The plotting library: a script of its own, before this one. */
const { uPlot } = globalThis;

/** Tokens asked for in each row: enough to follow a nucleus, few enough to keep. */
const TOP = 200;

/** Bytes that go out at a time: many short rows, or one long one. */
const SLICE = 1 << 20;

/** Rows whose tokens are kept; of older ones only the entropy is. */
const DETAILS = 5000;

/** Tokens drawn as bars. */
const BARS = 12;

const state = {
  rows: [],
  details: new Map(),
  labels: undefined,
  chosen: 0,
  follow: true,
  stop: undefined,
  total: undefined,
};

/** The element of an id. */
function at(id) {
  return document.getElementById(id);
}

/** A value of the answer: what JSON has not comes as text. */
function numberOf(value) {
  return typeof value === "number" ? value : Number(value);
}

function shown(value, digits = 4) {
  const number = numberOf(value);
  return Number.isFinite(number) ? number.toFixed(digits) : String(value);
}

function say(text, error = false) {
  at("status").textContent = text;
  at("status").classList.toggle("error", error);
}

// --- the timeline

let plot;

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function timelineOptions() {
  const axis = {
    stroke: color("--quiet"),
    grid: { stroke: color("--line"), width: 1 },
    ticks: { stroke: color("--line") },
  };
  const line = (label, stroke, dash) => ({
    label,
    stroke: color(stroke),
    width: 2,
    points: { show: false },
    ...(dash ? { dash } : {}),
  });
  return {
    width: at("timeline").clientWidth,
    height: 220,
    scales: { x: { time: false } },
    axes: [{ ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 20000, 100000] }, axis],
    series: [
      { label: "Row" },
      line("Entropy", "--water"),
      line("Rolling mean", "--mean"),
      line("Threshold", "--rest", [6, 4]),
    ],
    cursor: { drag: { x: false, y: false } },
    hooks: { draw: [drawChosen] },
  };
}

function drawChosen({ ctx, bbox, valToPos }) {
  if (state.rows.length === 0) return;
  const x = valToPos(state.rows[state.chosen].row, "x", true);
  ctx.save();
  ctx.strokeStyle = color("--text");
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

function timelineData() {
  const finite = (value) => Number.isFinite(value) ? value : null;
  return [
    state.rows.map(({ row }) => row),
    state.rows.map(({ entropy }) => finite(entropy)),
    state.rows.map(({ rolling }) => finite(rolling)),
    state.rows.map(() => finite(Number(at("threshold").value))),
  ];
}

function makePlot() {
  plot?.destroy();
  plot = new uPlot(timelineOptions(), timelineData(), at("timeline"));
  plot.over.addEventListener("click", () => {
    if (plot.cursor.idx !== null && plot.cursor.idx !== undefined) choose(plot.cursor.idx);
  });
}

// --- the chosen row

function textOf(id) {
  const label = state.labels?.[id];
  return label === undefined ? `#${id}` : JSON.stringify(label).slice(1, -1);
}

function fact(name, value) {
  const pair = document.createElement("div");
  const term = document.createElement("dt");
  const data = document.createElement("dd");
  term.textContent = name;
  data.textContent = value;
  data.dataset.fact = name;
  pair.append(term, data);
  return pair;
}

/** How many of the likeliest tokens reach the mass p, and their mass; not known if the list ends before. */
function nucleus(top, p) {
  let mass = 0;
  for (let count = 0; count < top.length; count++) {
    mass += Math.exp(numberOf(top[count].logprob));
    if (mass >= p) return { count: count + 1, mass, known: true };
  }
  return { count: top.length, mass, known: false };
}

function bar({ id, logprob }, kept, widest) {
  const item = document.createElement("li");
  const [text, line, share] = ["text", "bar", "share"].map((name) => {
    const part = document.createElement("span");
    part.className = name;
    return part;
  });
  const probability = Math.exp(numberOf(logprob));
  text.textContent = textOf(id);
  text.title = `id ${id}`;
  line.style.width = `${(100 * probability) / widest}%`;
  share.textContent = `${(100 * probability).toFixed(2)} %`;
  item.classList.toggle("kept", kept);
  item.append(text, line, share);
  return item;
}

function drawNucleus(top) {
  const p = Number(at("top-p").value);
  at("top-p-value").textContent = p.toFixed(2);
  const { count, mass, known } = nucleus(top, p);
  const tokens = `${count} token${count === 1 ? "" : "s"}`;
  at("kept").textContent = known
    ? `Keeps ${tokens} with ${(100 * mass).toFixed(2)} % of the mass.`
    : `Keeps more than the ${tokens} listed, which hold ${(100 * mass).toFixed(2)} %.`;
  const widest = top.length > 0 ? Math.exp(numberOf(top[0].logprob)) : 1;
  at("bars").replaceChildren(...top.slice(0, BARS).map((candidate, i) => bar(candidate, i < count, widest)));
}

function drawRow() {
  const record = state.rows[state.chosen];
  at("row").hidden = record === undefined;
  if (!record) return;
  const detail = state.details.get(record.row);
  const timeline = at("timeline");
  timeline.setAttribute("aria-valuemax", String(state.rows.length - 1));
  timeline.setAttribute("aria-valuenow", String(state.chosen));
  timeline.setAttribute("aria-valuetext", `row ${record.row}, entropy ${shown(record.entropy)}`);
  at("row-number").textContent = String(record.row);
  at("switch").textContent = record.state;
  at("switch").classList.toggle("large", record.state === "large");
  at("rolling").textContent = `(rolling entropy ${shown(record.rolling)})`;
  const facts = [fact("entropy", `${shown(record.entropy)} nats`)];
  if (detail) {
    facts.push(fact("log-sum-exp", shown(detail.lse)), fact("largest", shown(detail.max)));
    facts.push(fact("argmax", detail.argmax === null ? "none" : `${textOf(detail.argmax)} (${detail.argmax})`));
    if (detail.nan > 0) facts.push(fact("NaN", String(detail.nan)));
    if (detail.posInf > 0) facts.push(fact("+Infinity", String(detail.posInf)));
  }
  at("facts").replaceChildren(...facts);
  drawNucleus(detail?.top ?? []);
}

function choose(index) {
  state.follow = index >= state.rows.length - 1;
  state.chosen = Math.max(0, Math.min(index, state.rows.length - 1));
  drawRow();
  plot?.redraw(false);
}

// --- drawing as rows arrive: at most once a frame

let scheduled = false;

function schedule() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    if (state.follow) state.chosen = Math.max(0, state.rows.length - 1);
    plot.setData(timelineData());
    drawRow();
    at("timeline").dataset.rows = String(state.rows.length);
  });
}

function addRow(record) {
  const entropy = numberOf(record.entropy);
  state.rows.push({ row: record.row, entropy, ...state.monitor(entropy) });
  state.details.set(record.row, record);
  if (state.details.size > DETAILS) state.details.delete(state.details.keys().next().value);
}

// --- the flow

function valueOf(id, fallback) {
  const text = at(id).value.trim();
  return text === "" ? fallback : Number(text);
}

function given() {
  return { vocabulary: valueOf("vocabulary"), dtype: at("dtype").value, tensor: at("tensor").value };
}

/** The requests that a file is sent in, and the row that each begins with. */
async function* requestsOf(file, name) {
  const params = new URLSearchParams({ topK: String(TOP) });
  if (valueOf("temperature") !== undefined) params.set("temperature", at("temperature").value);
  const layout = await fileLayout(file, name, given());
  if (!layout) {
    if (valueOf("vocabulary") !== undefined) params.set("vocabulary", at("vocabulary").value);
    if (/\.safetensors$/i.test(name) && at("tensor").value) params.set("tensor", at("tensor").value);
    const type = /\.npy$/i.test(name) ? "x-npy" : /\.safetensors$/i.test(name) ? "x-safetensors" : "octet-stream";
    yield { params, type, body: file, row: 0 };
    return;
  }
  const { vocabulary, dtype, rows, origin, rowBytes } = layout;
  params.set("vocabulary", String(vocabulary));
  params.set("dtype", dtype);
  const most = Math.max(1, Math.floor(SLICE / rowBytes));
  for (let row = 0; row < rows; row += most) {
    const from = origin + row * rowBytes;
    const body = file.slice(from, from + Math.min(most, rows - row) * rowBytes);
    yield { params, type: "octet-stream", body, row };
  }
}

function headersFor(type) {
  const token = at("token").value;
  return { "content-type": `application/${type}`, ...(token ? { authorization: `Bearer ${token}` } : {}) };
}

async function* linesOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    yield* lines;
  }
}

function begin() {
  state.stop?.abort();
  const monitor = entropyMonitor({
    window: valueOf("window", 8),
    threshold: valueOf("threshold", 0.15),
    dwell: valueOf("dwell", 4),
  });
  Object.assign(state, { rows: [], details: new Map(), chosen: 0, follow: true, monitor, stop: new AbortController() });
  at("stop").disabled = false;
  makePlot();
  drawRow();
  return state.stop;
}

async function flow(name, file) {
  const stop = begin();
  say(`Reading ${name} ...`);
  try {
    for await (const request of requestsOf(file, name)) {
      await send(request, name, stop.signal);
      if (stop.signal.aborted) break;
    }
    say(`${state.rows.length} rows of ${name}.`);
  } catch (error) {
    if (stop.signal.aborted) say(`Stopped after ${state.rows.length} rows of ${name}.`);
    else say(error.message, true);
  } finally {
    if (state.stop === stop) at("stop").disabled = true;
    schedule();
  }
}

async function send({ params, type, body, row }, name, signal) {
  const answer = await fetch(`v1/reduce?${params}`, { method: "POST", body, headers: headersFor(type), signal });
  if (!answer.ok) throw new Error((await answer.json()).detail);
  for await (const line of linesOf(answer.body)) take(JSON.parse(line), row, name);
}

function take(line, row, name) {
  if (line.error) throw new Error(line.error.detail);
  addRow({ ...line, row: row + line.row });
  say(`${state.rows.length} rows of ${name} ...`);
  schedule();
}

async function readLabels(text) {
  const labels = JSON.parse(await text);
  state.labels = Array.isArray(labels) ? labels : labels.labels;
  drawRow();
}

async function useSample() {
  const [logits, labels] = await Promise.all([fetch("page/sample.npy"), fetch("page/sample-labels.json")]);
  if (labels.ok) await readLabels(labels.text());
  await flow("sample.npy", await logits.blob());
}

// --- what the person does

at("controls").addEventListener("submit", (event) => event.preventDefault());
at("file").addEventListener("change", ({ target }) => target.files[0] && flow(target.files[0].name, target.files[0]));
at("labels").addEventListener(
  "change",
  ({ target }) =>
    target.files[0] && readLabels(target.files[0].text()).catch(() => say("The token texts are no JSON array.", true)),
);
at("sample").addEventListener("click", () => useSample().catch((error) => say(error.message, true)));
at("stop").addEventListener("click", () => state.stop?.abort());
at("top-p").addEventListener("input", drawRow);
at("timeline").addEventListener("keydown", (event) => {
  const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };
  if (!(event.key in steps) || state.rows.length === 0) return;
  event.preventDefault();
  choose(Math.min(state.rows.length - 1, Math.max(0, state.chosen + steps[event.key])));
});
for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    at("drop").classList.toggle("over", name === "dragover");
    const [file] = name === "drop" ? event.dataTransfer.files : [];
    if (file) flow(file.name, file);
  });
}
globalThis.addEventListener("resize", () => plot?.setSize({ width: at("timeline").clientWidth, height: 220 }));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", makePlot);

makePlot();
fetch("page/sample.npy", { method: "HEAD" }).then(({ ok }) => at("sample").hidden = !ok, () => {});
