import { ServiceError } from "../../core/mod.ts";

/**
 * Refuses a request that another server on its way may have cut at another place: then the rest of one client's body is the
 * next client's request.
 */
export function checkFraming({ headers }: Request): void {
  const coding = headers.get("transfer-encoding");
  const length = headers.get("content-length");
  const wrong = coding !== null && (coding.toLowerCase() !== "chunked" || length !== null)
    ? `transfer-encoding: ${coding}`
    : length !== null && !/^\d+$/.test(length)
    ? `content-length: ${length}`
    : /\bchunked\b/i.test(headers.get("te") ?? "")
    ? `te: ${headers.get("te")}`
    : undefined;
  if (wrong === undefined) return;
  throw new ServiceError(
    `Cannot tell where the request ends: wanted one content-length, or transfer-encoding: chunked, found ${wrong}`,
    "E_BAD_REQUEST",
  );
}
