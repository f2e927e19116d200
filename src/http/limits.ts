import { checkWhole, optionsOf, ParameterError, shown } from "../core/mod.ts";

/** What one request may cost. Every limit can be set; none can be left out. */
export interface Limits {
  /** Requests under `/v1` at a time; one more is answered 503. 64 unless set, in `serve` fewer where file handles are short. */
  readonly requests: number;
  /** Bytes of a request body, or of a source. 1 TiB unless set. */
  readonly bytes: number;
  /** Rows of a request. Unlimited unless set: rows stream. */
  readonly rows: number;
  /** Rows of an answer that is one JSON document. 10,000 unless set. */
  readonly jsonRows: number;
  /** Bytes of an answer that is one JSON document: it is held in memory. 16 MiB unless set. */
  readonly jsonBytes: number;
  /** Logits of a row. 2^40 unless set. */
  readonly vocabulary: number;
  /** The largest `topK`, and the most target ids. 65,536 unless set. */
  readonly topK: number;
  /** Tokens drawn from a row, and log-probabilities listed beside each. 256 unless set: they are drawn one after the other. */
  readonly draws: number;
  /** Bytes of labels, token history and saved states, which are held in memory. 16 MiB unless set. */
  readonly partBytes: number;
  /** Bytes of a row kept in memory for its second read. 1 MiB unless set. */
  readonly rowCache: number;
  /** Bytes on disk for the second read of a longer row; 0 refuses such rows. 16 GiB unless set. */
  readonly spillBytes: number;
  /** Seconds that a client may send or take nothing before it is dropped. 30 unless set. */
  readonly stallSeconds: number;
  /** Seconds that a request may take in all. 3,600 unless set. */
  readonly requestSeconds: number;
  /** Connections at a time, to `serve`; one more is closed at once. 512 unless set, fewer where file handles are short. */
  readonly connections: number;
  /** Seconds in which the headers of a request to `serve` must come. 10 unless set. */
  readonly headerSeconds: number;
  /** Seconds that a connection to `serve` may be idle between two requests. 10 unless set. */
  readonly idleSeconds: number;
}

const DEFAULTS: Limits = {
  requests: 64,
  bytes: 2 ** 40,
  rows: Infinity,
  jsonRows: 10_000,
  jsonBytes: 2 ** 24,
  vocabulary: 2 ** 40,
  topK: 65_536,
  draws: 256,
  partBytes: 2 ** 24,
  rowCache: 2 ** 20,
  spillBytes: 2 ** 34,
  stallSeconds: 30,
  requestSeconds: 3600,
  connections: 512,
  headerSeconds: 10,
  idleSeconds: 10,
};

/** The longest delay that a timer takes, in seconds. */
const LONGEST = 2_000_000;

/** The limits with nothing left open. */
export function limitsOf(given: Partial<Limits> = {}): Limits {
  optionsOf("limits", given, Object.keys(DEFAULTS));
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  const limits: Limits = { ...DEFAULTS, ...Object.fromEntries(set) };
  for (const name of Object.keys(limits) as (keyof Limits)[]) checkLimit(name, limits[name]);
  return Object.freeze(limits);
}

function checkLimit(name: keyof Limits, value: number): void {
  if (name === "rows" && value === Infinity) return;
  if (!name.endsWith("Seconds")) {
    return checkWhole(`limit ${name}`, value, name === "rowCache" || name === "spillBytes" ? 0 : 1);
  }
  checkSeconds(`limit ${name}`, value);
}

/** Refuses what no timer can wait for. */
export function checkSeconds(what: string, value: number): void {
  if (value > 0 && value <= LONGEST) return;
  throw new ParameterError(`Cannot use ${what} ${shown(value)}: wanted more than 0 and at most ${LONGEST} seconds`);
}
