// Sends a file in slices of whole rows, and gives its rows as they come back.
import { fileLayout } from "./layout.js";

/** Tokens asked for in each row: enough to follow a nucleus, few enough to keep. */
const TOP = 200;

/**
 * Bytes that go out at a time: many short rows, or one long one. A service that refuses a body reads about as much of it
 * and no more, and a browser that has not sent everything hears no answer.
 */
const SLICE = 1 << 20;

/** The rows of a file. `given` is what the person says of it, as the texts of the page's fields. */
export async function* recordsOf(file, name, given, signal) {
  const layout = await fileLayout(file, name, given);
  if (!layout) return yield* judged(file, name, given, signal);
  const { vocabulary, dtype, rows, origin, rowBytes, wrong } = layout;
  const params = paramsOf(given, { vocabulary, dtype });
  const most = Math.max(1, Math.floor(SLICE / rowBytes));
  for (let row = 0; row < rows; row += most) {
    const from = origin + row * rowBytes;
    const body = file.slice(from, from + Math.min(most, rows - row) * rowBytes);
    const request = { params, body, type: "octet-stream", token: given.token };
    if (row === 0 && body.size > SLICE) await ask(request, name, signal);
    for await (const record of answerTo(request, name, signal)) yield { ...record, row: row + record.row };
  }
  if (wrong) throw new Error(`Cannot read all of ${name}: ${wrong}`);
}

/** A file of which only the service can say what it is, by as much as it reads of a refused one. */
async function* judged(file, name, given, signal) {
  const npy = /\.npy$/i.test(name);
  const params = paramsOf(given, npy || !given.tensor ? {} : { tensor: given.tensor });
  const request = { params, body: file.slice(0, SLICE), type: npy ? "x-npy" : "x-safetensors", token: given.token };
  try {
    yield* answerTo(request, name, signal);
  } catch (error) {
    if (file.size <= SLICE || error.code !== "E_SOURCE_SHORT") throw error;
    throw new Error(`Cannot read ${name}: its header is damaged, or written in a way that this page does not know`);
  }
}

function paramsOf({ temperature }, more) {
  return new URLSearchParams({ topK: String(TOP), ...(temperature ? { temperature } : {}), ...more });
}

/** Asks with the head of a long body whether the service takes the request. */
async function ask({ body, ...request }, name, signal) {
  try {
    const answer = await post({ ...request, body: body.slice(0, SLICE) }, name, signal);
    await answer.body.cancel();
  } catch (error) {
    if (error.code !== "E_SOURCE_SHORT") throw error;
  }
}

async function* answerTo(request, name, signal) {
  const answer = await post(request, name, signal);
  for await (const line of linesOf(answer.body)) {
    const record = JSON.parse(line);
    if (record.error) throw problem(record.error, name);
    yield record;
  }
}

async function post({ params, body, type, token }, name, signal) {
  const headers = headersFor(type, token);
  let answer;
  try {
    answer = await fetch(`v1/reduce?${params}`, { method: "POST", body, headers, signal });
  } catch {
    throw await unsent(body, name);
  }
  if (answer.ok) return answer;
  throw problem(
    await answer.json().catch(() => ({ detail: `The service answers with status ${answer.status}` })),
    name,
  );
}

function headersFor(type, token) {
  if (/[^\x21-\x7e]/.test(token)) {
    throw new Error("Cannot use the token of the service: wanted plain letters and signs");
  }
  return { "content-type": `application/${type}`, ...(token ? { authorization: `Bearer ${token}` } : {}) };
}

/** A problem as the service tells it, in words of the page. */
function problem({ detail, code }, name) {
  const message = code === "E_UNAUTHORIZED"
    ? `Cannot read ${name}: the service wants its token, wrong or missing under Options`
    : detail.replace("Cannot read the stream", `Cannot read ${name}`);
  return Object.assign(new Error(message), { code });
}

/** Why a request did not go out: the browser does not tell. */
async function unsent(body, name) {
  try {
    await body.slice(0, 1).arrayBuffer();
    return new Error("Cannot reach the service: run again when it is there");
  } catch {
    return new Error(`Cannot read ${name}: it is a folder, or it has changed since it was chosen; choose it again`);
  }
}

async function* linesOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new Error("Cannot go on: the service broke off its answer; run again when it is there");
    });
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    yield* lines;
  }
}
