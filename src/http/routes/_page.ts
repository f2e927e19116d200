import type { Hono } from "hono";
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import uplotScript from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import { ServiceError } from "../../core/mod.ts";
import { responseBody } from "../answer/_response_body.ts";
import type { Service } from "../_service.ts";
import layout from "../page/layout.js" with { type: "text" };
import html from "../page/index.html" with { type: "text" };
import monitor from "../page/monitor.js" with { type: "text" };
import requests from "../page/requests.js" with { type: "text" };
import style from "../page/page.css" with { type: "text" };
import script from "../page/page.js" with { type: "text" };
import texts from "../page/texts.js" with { type: "text" };

/** Nothing from elsewhere, nothing inline. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const ASSETS: readonly (readonly [path: string, type: string, text: string])[] = [
  ["/page/page.css", "text/css; charset=utf-8", style],
  ["/page/page.js", "text/javascript; charset=utf-8", script],
  ["/page/layout.js", "text/javascript; charset=utf-8", layout],
  ["/page/monitor.js", "text/javascript; charset=utf-8", monitor],
  ["/page/requests.js", "text/javascript; charset=utf-8", requests],
  ["/page/texts.js", "text/javascript; charset=utf-8", texts],
  ["/page/uplot.css", "text/css; charset=utf-8", uplotStyle],
  ["/page/uplot.js", "text/javascript; charset=utf-8", uplotScript],
];

/**
 * The page itself. Mounted at a prefix, Hono takes `/` for the prefix alone and knows nothing that ends in a slash, hence a
 * parameter without a character.
 */
const ADDRESSES = ["/", "/:nothing{$}"];

/** Serves the page and all that it needs: nothing comes from another host. */
export function addPage(app: Hono, service: Service): void {
  const { sample } = service.options;
  for (const address of ADDRESSES) app.get(address, ({ req }) => page(req.url));
  for (const [path, type, text] of ASSETS) app.get(path, () => new Response(text, { headers: headersOf(type) }));
  for (
    const [route, path, type] of [
      ["/page/sample.npy", sample?.logits, "application/x-npy"],
      ["/page/sample-labels.json", sample?.labels, "application/json"],
    ] as const
  ) app.get(route, ({ req }) => file(service, req.raw, route, path, type));
}

/** The page names all it needs relative to its own address: that must end in a slash. */
function page(url: string): Response {
  const [address, query = ""] = url.split(/(\?.*)/);
  const headers = headersOf("text/html; charset=utf-8");
  if (address.endsWith("/")) return new Response(html, { headers });
  const name = address.slice(address.lastIndexOf("/") + 1);
  return new Response(null, { status: 307, headers: { ...headers, location: `./${name}/${query}` } });
}

function headersOf(type: string): Record<string, string> {
  return {
    "content-type": type,
    "cache-control": "no-cache",
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  };
}

/** A file as an answer like any other: counted, timed, and given up when nobody takes it. */
async function file(
  service: Service,
  request: Request,
  route: string,
  path: string | URL | undefined,
  type: string,
): Promise<Response> {
  if (path === undefined) throw new ServiceError("Cannot answer: this service has no sample", "E_NOT_FOUND");
  if (request.method === "HEAD") return new Response(null, { headers: headersOf(type) });
  const exchange = service.admit(request, route);
  try {
    const reader = (await Deno.open(path)).readable.getReader();
    const pieces = {
      next: async () => (await reader.read()).value,
      cancel: (reason: unknown) => reader.cancel(reason),
    };
    return new Response(responseBody(exchange, pieces), { headers: headersOf(type) });
  } catch (error) {
    exchange.end();
    throw error;
  }
}
