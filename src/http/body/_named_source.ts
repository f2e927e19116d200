import { type Logits, ServiceError } from "../../core/mod.ts";
import { fromFile, fromUrl } from "../../sources/mod.ts";
import { checkLimit } from "../guard/_check_limit.ts";
import type { Exchange } from "../_exchange.ts";
import type { SourceQuery } from "../routes/_query.ts";
import { urlGuard } from "../guard/_url_guard.ts";

/** The logits that `source` names: a URL of an allowed origin, or a file under the root. Off unless asked for. */
export async function openNamed(exchange: Exchange, query: SourceQuery, source: string): Promise<Logits> {
  const { request, service } = exchange;
  // There is no upload whose end would tell that the client has left.
  request.signal.addEventListener(
    "abort",
    () => exchange.abort(new ServiceError("Cannot go on: the client left", "E_ABORTED")),
    { once: true },
  );
  const { vocabulary, dtype, tensor } = query;
  const expected = {
    ...(vocabulary !== undefined ? { vocabulary } : {}),
    ...(dtype !== undefined ? { dtype } : {}),
    ...(tensor !== undefined ? { tensor } : {}),
  };
  if (!/^[a-z][a-z0-9+.-]*:/i.test(source)) return await fromFile(await fileOf(exchange, source), expected);
  return await fromUrl(urlOf(source), {
    ...expected,
    bytes: service.limits.bytes,
    timeout: service.limits.stallSeconds,
    signal: exchange.signal,
    check: urlGuard(service.options),
  });
}

function urlOf(source: string): URL {
  const url = URL.parse(source);
  if (!url) throw new ServiceError(`Cannot read the source "${source}": it is no URL`, "E_BAD_REQUEST");
  return url;
}

/** The real path of a file under the root, as it is after every link has been followed. */
async function fileOf({ service }: Exchange, source: string): Promise<string> {
  const { root } = service.options;
  const outside = source.startsWith("/") || /[\\\0]/.test(source) || source.split("/").includes("..");
  if (root === undefined || outside) {
    const why = root === undefined ? "this service reads no files" : "wanted a path inside the served root";
    throw new ServiceError(`Cannot read the source "${source}": ${why}`, "E_PATH_BLOCKED");
  }
  const realRoot = `${(await Deno.realPath(root)).replace(/\/$/, "")}/`;
  if (!service.hidden.includes(realRoot)) service.hidden.push(realRoot);
  const path = await realPath(realRoot, source);
  const info = path.startsWith(realRoot) ? await Deno.stat(path) : undefined;
  if (!info?.isFile) {
    throw new ServiceError(
      `Cannot read the source "${source}": it is no regular file inside the served root`,
      "E_PATH_BLOCKED",
    );
  }
  checkLimit("bytes:", info.size, service.limits.bytes);
  return path;
}

async function realPath(root: string, source: string): Promise<string> {
  try {
    return await Deno.realPath(root + source);
  } catch (cause) {
    throw new ServiceError(`Cannot read the source "${source}": there is no such file`, "E_SOURCE_MISSING", { cause });
  }
}
