import { type ErrorCode, errorCode, ERRORS } from "../core/mod.ts";

/** An error as `application/problem+json` (RFC 9457) has it. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly retryable: boolean;
}

/** Seconds after which a client of a busy service may try again. */
const RETRY_AFTER = "1";

/** What a client is told of an error: the catalogue's words, and the message only of errors that are ours. */
export function problemOf(error: unknown, hidden: readonly string[] = []): Problem {
  const code = errorCode(error);
  if (!code) return problem("E_INTERNAL", "Cannot answer: the service failed; its log says why");
  const message = error instanceof Error ? error.message : String(error);
  return problem(code, hidden.reduce((text, path) => text.replaceAll(path, ""), message));
}

function problem(code: ErrorCode, detail: string): Problem {
  const { status, retryable, meaning } = ERRORS[code];
  return { type: `urn:sluice:${code}`, title: meaning, status, code, detail, retryable };
}

/** The answer that carries a problem. */
export function problemResponse(problem: Problem): Response {
  const headers = new Headers({ "content-type": "application/problem+json" });
  if (problem.status === 503) headers.set("retry-after", RETRY_AFTER);
  if (problem.status === 401) headers.set("www-authenticate", "Bearer");
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}
