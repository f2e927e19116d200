import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import { ServiceError } from "../core/mod.ts";
import { checkToken } from "./guard/_auth.ts";
import { checkOptions } from "./_check_options.ts";
import type { Exchange } from "./_exchange.ts";
import { checkFraming } from "./guard/_framing.ts";
import { HostGuard } from "./guard/_host_guard.ts";
import { inWork } from "./_in_work.ts";
import { compareRoute } from "./routes/_compare.ts";
import { mergeRoute } from "./routes/_merge.ts";
import { openApi } from "./routes/_openapi.ts";
import { addPage } from "./routes/_page.ts";
import { problemResponse } from "./_problem.ts";
import { reduceRoute } from "./routes/_reduce.ts";
import { leaveBody } from "./body/_request_body.ts";
import { sampleRoute } from "./routes/_sample.ts";
import { Service } from "./_service.ts";
import { softmaxRoute } from "./routes/_softmax.ts";
import { statesRoute } from "./routes/_states.ts";
import type { AppOptions } from "./app_options.ts";
import manifest from "../../deno.json" with { type: "json" };

/** Answers one admitted request. */
type Route = (exchange: Exchange) => Promise<Response>;

const ROUTES: Readonly<Record<string, Route>> = {
  "/v1/reduce": reduceRoute,
  "/v1/softmax": softmaxRoute,
  "/v1/sample": sampleRoute,
  "/v1/states": statesRoute,
  "/v1/merge": mergeRoute,
  "/v1/compare": compareRoute,
};

/** An app and the service behind it. */
export function buildApp(options: AppOptions): { readonly app: Hono; readonly service: Service } {
  checkOptions(options);
  const service = new Service(options);
  const app = new Hono();
  addGuards(app, service);
  for (const [path, route] of Object.entries(ROUTES)) {
    app.post(path, (context) => answer(service, context.req.raw, path, route));
    refuseOthers(app, service, path, "POST");
  }
  addViews(app, service);
  addPage(app, service);
  app.notFound(({ req }: Context) =>
    refuse(service, req.raw, new ServiceError("Cannot answer: there is no such address", "E_NOT_FOUND"))
  );
  app.onError((error, { req }) => refuse(service, req.raw, error));
  return { app, service };
}

/** What every request has to pass, whatever it asks for. */
function addGuards(app: Hono, service: Service): void {
  const guard = new HostGuard(service.options);
  app.use(async ({ req }, next) => {
    try {
      checkFraming(req.raw);
    } catch (error) {
      const response = refuse(service, req.raw, error);
      response.headers.set("connection", "close");
      return response;
    }
    guard.checkHost(req.raw);
    guard.checkOrigin(req.raw);
    await next();
  });
  if (guard.origins.length > 0) {
    app.use(cors({
      origin: guard.origins.includes("*") ? "*" : [...guard.origins],
      allowMethods: ["GET", "POST"],
      exposeHeaders: ["allow", "retry-after", "sluice-seed", "www-authenticate"],
    }));
  }
}

/** What tells about the service. */
function addViews(app: Hono, service: Service): void {
  const description = openApi(manifest.version);
  app.get(
    "/healthz",
    ({ json }) => json({ status: service.draining ? "stopping" : "ok" }, service.draining ? 503 : 200),
  );
  app.get("/openapi.json", ({ json }) => json(description));
  app.get("/metrics", async ({ req }) => {
    await checkToken(req.raw, service.options.token);
    return await service.metrics.response();
  });
  for (const path of ["/healthz", "/openapi.json", "/metrics"]) refuseOthers(app, service, path, "GET");
}

function refuseOthers(app: Hono, service: Service, path: string, method: string): void {
  app.all(path, ({ req }) => {
    const response = refuse(service, req.raw, new ServiceError(`Cannot answer: ${path} takes ${method}`, "E_METHOD"));
    response.headers.set("allow", method);
    return response;
  });
}

async function answer(service: Service, request: Request, path: string, route: Route): Promise<Response> {
  await checkToken(request, service.options.token);
  const exchange = service.admit(request, path);
  const response = inWork.run(exchange, () => route(exchange));
  try {
    return await Promise.race([response, exchange.failed]);
  } catch (error) {
    const problem = exchange.problem(exchange.signal.aborted ? exchange.signal.reason : error);
    exchange.status = problem.status;
    exchange.abort(error);
    exchange.end();
    leaveBody(request);
    response.then(({ body }) => body?.cancel()).catch(() => {});
    return problemResponse(problem);
  }
}

/** Answers a request that was not let in. */
function refuse(service: Service, request: Request, error: unknown): Response {
  const problem = service.problem(error);
  service.record(
    {
      id: crypto.randomUUID(),
      request,
      route: "other",
      status: problem.status,
      error: problem.code,
      rows: 0,
      bytesIn: 0,
      bytesOut: 0,
    },
    Date.now(),
  );
  leaveBody(request);
  return problemResponse(problem);
}
