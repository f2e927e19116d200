// The page: sends a file, draws each row as its line arrives.
import { entropyMonitor } from "./monitor.js";
import { recordsOf } from "./requests.js";
import { misfit, readTexts } from "./texts.js";

/** The plotting library: a script of its own, before this one. */
const { uPlot } = globalThis;

/** Rows whose tokens are kept; of older ones only the entropy is. */
const DETAILS = 5000;

/** Tokens drawn as bars. */
const BARS = 12;

/** Milliseconds after the last touch of an option until the source is read again. */
const PAUSE = 400;

const state = {
  /** What is read: `{ name, blob }`, with `texts` of its own where it came with some, with `file` where it was chosen. */
  source: undefined,
  /** Texts that the person chose for files of their own. */
  texts: undefined,
  /** Why those that they chose last are none. */
  wrongTexts: undefined,
  /** Window, threshold and dwell: the last ones that were sound. */
  settings: undefined,
  monitor: undefined,
  rows: [],
  details: new Map(),
  /** Logits in a row. */
  count: undefined,
  chosen: 0,
  follow: true,
  stop: undefined,
  /** What was said of the reading, and whether that is an error. */
  told: undefined,
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
  const record = state.rows[state.chosen];
  if (!record) return;
  const x = valToPos(record.row, "x", true);
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
    state.rows.map(() => state.settings.threshold),
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

/** Texts belong to the source that they came with; those of the person to the files that they fit. */
function textsInUse() {
  if (state.source?.texts) return state.source.texts;
  return state.texts && misfit(state.texts, state.count) === undefined ? state.texts : undefined;
}

function textOf(id) {
  const text = textsInUse()?.list[id];
  return typeof text === "string" ? JSON.stringify(text).slice(1, -1) : `#${id}`;
}

/** What became of the person's texts. */
function fateOf(texts) {
  if (state.source.texts) return `${texts.name} is not used: ${state.source.name} has texts of its own.`;
  return misfit(texts, state.count) ?? `Token texts: ${texts.name}.`;
}

/** Says whose texts the tokens have: a list that stays from file to file must not do so unseen. */
function tellTexts() {
  const { wrongTexts, texts, count } = state;
  const told = wrongTexts ?? (texts && count !== undefined ? fateOf(texts) : "");
  at("texts").hidden = told === "";
  at("texts").textContent = told;
  at("texts").classList.toggle("error", wrongTexts !== undefined);
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
  if (state.rows.length === 0) begun(record);
  const entropy = numberOf(record.entropy);
  state.rows.push({ row: record.row, entropy, ...state.monitor(entropy) });
  state.details.set(record.row, record);
  if (state.details.size > DETAILS) state.details.delete(state.details.keys().next().value);
}

/** The first row tells how many logits all have. */
function begun({ count }) {
  state.count = count;
  if (state.texts && !state.source.texts) state.texts.count ??= count;
  tellTexts();
}

// --- the flow

function given() {
  const names = ["vocabulary", "dtype", "tensor", "temperature", "token"];
  return Object.fromEntries(names.map((name) => [name, at(name).value.trim()]));
}

let pending;

function begin() {
  clearTimeout(pending);
  state.stop?.abort();
  Object.assign(state, { rows: [], details: new Map(), count: undefined, stop: new AbortController() });
  state.monitor = entropyMonitor(state.settings);
  at("stop").disabled = false;
  at("again").disabled = false;
  at("timeline").dataset.rows = "0";
  makePlot();
  drawRow();
  tellTexts();
  return state.stop.signal;
}

/** Takes another source in hand, and reads it. */
function take(source) {
  Object.assign(state, { source, chosen: 0, follow: true });
  showFile("file", source.file);
  read();
}

/** Reads the source in hand from its start; a reading under way ends. */
async function read() {
  if (!state.source) return;
  const { name, blob } = state.source;
  const signal = begin();
  const rows = () => `${state.rows.length} row${state.rows.length === 1 ? "" : "s"} of ${name}`;
  const mine = () => state.stop.signal === signal;
  tell(`Reading ${name} ...`);
  try {
    for await (const record of recordsOf(blob, name, given(), signal)) {
      if (signal.aborted) break;
      addRow(record);
      tell(`${rows()} ...`);
      schedule();
    }
    if (mine() && !signal.aborted) tell(`${rows()}.`);
  } catch (error) {
    if (mine() && !signal.aborted) fail(error);
  }
  if (!mine()) return;
  if (signal.aborted) tell(`Stopped after ${rows()}.`);
  at("stop").disabled = true;
  if (state.rows.length > 0) state.chosen = Math.min(state.chosen, state.rows.length - 1);
  schedule();
}

function tell(text, error = false) {
  state.told = [text, error];
  say(text, error);
}

function fail({ message, code }) {
  tell(message, true);
  if (code === "E_PARAM" || code === "E_UNAUTHORIZED") at("options").open = true;
}

/** Reads again when the person has done with an option for a while. */
function readSoon() {
  clearTimeout(pending);
  pending = setTimeout(read, PAUSE);
}

/** Watches the rows in hand, and those to come, with other settings; with wrong ones nothing changes. */
function watch() {
  const ids = ["window", "threshold", "dwell"];
  const wrong = ids.map(at).find((input) => !input.checkValidity());
  if (wrong) return say(`${wrong.dataset.name}: ${wrong.validationMessage}`, true);
  state.settings = Object.fromEntries(ids.map((id) => [id, Number(at(id).value)]));
  state.monitor = entropyMonitor(state.settings);
  state.rows = state.rows.map(({ row, entropy }) => ({ row, entropy, ...state.monitor(entropy) }));
  if (state.told) say(...state.told);
  schedule();
}

async function useSample() {
  const before = state.source;
  const answers = Promise.all(["page/sample.npy", "page/sample-labels.json"].map((name) => fetch(name)));
  const [logits, labels] = await answers.catch(() => {
    throw new Error("Cannot reach the service: use the sample when it is there");
  });
  if (!logits.ok) throw new Error((await logits.json()).detail);
  const texts = labels.ok ? await readTexts(labels, "the token texts of the sample") : undefined;
  const blob = await logits.blob();
  // Who has chosen a file meanwhile wants that one.
  if (state.source === before) take({ name: "sample.npy", blob, texts });
}

let latestTexts;

/** Takes texts for the file in hand, or else for the next one. */
async function useTexts(file) {
  latestTexts = file;
  const [texts, wrong] = await readTexts(file, file.name).then((read) => [read], ({ message }) => [undefined, message]);
  if (latestTexts !== file) return;
  Object.assign(state, { texts, wrongTexts: wrong });
  if (state.rows.length > 0) begun(state);
  tellTexts();
  drawRow();
}

/** Shows a file, or none, in a file input. */
function showFile(id, file) {
  const list = new DataTransfer();
  if (file) list.items.add(file);
  at(id).files = list.files;
}

/** A file input whose choice counts each time, of the same file too: for that it forgets its file while it asks. */
function onChoice(id, take) {
  let before;
  at(id).addEventListener("click", ({ target }) => {
    before = target.files[0];
    target.value = "";
  });
  at(id).addEventListener("cancel", () => showFile(id, before));
  at(id).addEventListener("change", ({ target }) => target.files[0] && take(target.files[0]));
}

function takeFile(file) {
  take({ name: file.name, blob: file, file });
}

// --- what the person does

at("controls").addEventListener("submit", (event) => {
  event.preventDefault();
  read();
});
onChoice("file", takeFile);
onChoice("labels", useTexts);
for (const id of ["vocabulary", "dtype", "tensor", "temperature", "token"]) at(id).addEventListener("input", readSoon);
for (const id of ["window", "threshold", "dwell"]) at(id).addEventListener("input", watch);
at("sample").addEventListener("click", () => useSample().catch(({ message }) => say(message, true)));
at("stop").addEventListener("click", () => {
  clearTimeout(pending);
  state.stop?.abort();
});
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
    if (file) takeFile(file);
  });
}
globalThis.addEventListener("resize", () => plot?.setSize({ width: at("timeline").clientWidth, height: 220 }));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", makePlot);

watch();
makePlot();
fetch("page/sample.npy", { method: "HEAD" }).then(({ ok }) => at("sample").hidden = !ok, () => {});
