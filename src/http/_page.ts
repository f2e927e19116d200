import type { Hono } from "hono";
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import uplotScript from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import { ServiceError } from "../core/mod.ts";
import { responseBody } from "./_response_body.ts";
import type { Service } from "./_service.ts";
import layout from "./page/layout.js" with { type: "text" };
import html from "./page/index.html" with { type: "text" };
import monitor from "./page/monitor.js" with { type: "text" };
import style from "./page/page.css" with { type: "text" };
import script from "./page/page.js" with { type: "text" };

/** Nothing from elsewhere, nothing inline. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const ASSETS: readonly (readonly [path: string, type: string, text: string])[] = [
  ["/", "text/html; charset=utf-8", html],
  ["/page/page.css", "text/css; charset=utf-8", style],
  ["/page/page.js", "text/javascript; charset=utf-8", script],
  ["/page/layout.js", "text/javascript; charset=utf-8", layout],
  ["/page/monitor.js", "text/javascript; charset=utf-8", monitor],
  ["/page/uplot.css", "text/css; charset=utf-8", uplotStyle],
  ["/page/uplot.js", "text/javascript; charset=utf-8", uplotScript],
];

/** Serves the page and all that it needs: nothing comes from another host. */
export function addPage(app: Hono, service: Service): void {
  const { sample } = service.options;
  for (const [path, type, text] of ASSETS) app.get(path, () => new Response(text, { headers: headersOf(type) }));
  app.get("/page/sample.npy", ({ req }) => file(service, req.raw, sample?.logits, "application/x-npy"));
  app.get("/page/sample-labels.json", ({ req }) => file(service, req.raw, sample?.labels, "application/json"));
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
  path: string | URL | undefined,
  type: string,
): Promise<Response> {
  if (path === undefined) throw new ServiceError("Cannot answer: this service has no sample", "E_NOT_FOUND");
  if (request.method === "HEAD") return new Response(null, { headers: headersOf(type) });
  const exchange = service.admit(request, new URL(request.url).pathname);
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
