import { STATUS_CODES } from "node:http";
import { type ErrorCode, ServiceError } from "../../core/mod.ts";
import { problemOf } from "../_problem.ts";

const CODES: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ["E_TIMEOUT", "its headers did not come in time"],
  HPE_HEADER_OVERFLOW: ["E_LIMIT", "its headers are too long"],
};

/** The answer, byte by byte, to what `node:http` could make no request of. */
export function answerToNoRequest({ code = "", message }: NodeJS.ErrnoException): string {
  const [ours, why] = CODES[code] ?? ["E_BAD_REQUEST", message];
  const problem = problemOf(new ServiceError(`Cannot take the request: ${why}`, ours));
  const text = JSON.stringify(problem);
  return `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nconnection: close\r\n` +
    `content-type: application/problem+json\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
}
