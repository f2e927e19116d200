import { type Context, Hono } from "hono";
import { ServiceError } from "../core/mod.ts";
import type { AppOptions } from "./app_options.ts";
import type { Exchange } from "./_exchange.ts";
import { problemResponse } from "./_problem.ts";
import { reduceRoute } from "./_reduce.ts";
import { mergeRoute } from "./_merge.ts";
import { softmaxRoute } from "./_softmax.ts";
import { statesRoute } from "./_states.ts";
import { Service } from "./_service.ts";

/** Answers one admitted request. */
type Route = (exchange: Exchange) => Promise<Response>;

const ROUTES: Readonly<Record<string, Route>> = {
  "/v1/reduce": reduceRoute,
  "/v1/softmax": softmaxRoute,
  "/v1/states": statesRoute,
  "/v1/merge": mergeRoute,
};

/** An app and the service behind it. */
export function buildApp(options: AppOptions): { readonly app: Hono; readonly service: Service } {
  const service = new Service(options);
  const app = new Hono();
  for (const [path, route] of Object.entries(ROUTES)) {
    app.post(path, (context) => answer(service, context.req.raw, path, route));
    app.all(path, () => {
      throw new ServiceError(`Cannot answer: ${path} takes POST`, "E_METHOD");
    });
  }
  app.notFound(({ req }: Context) =>
    refuse(service, req.raw, new ServiceError("Cannot answer: there is no such address", "E_NOT_FOUND"))
  );
  app.onError((error, { req }) => refuse(service, req.raw, error));
  return { app, service };
}

async function answer(service: Service, request: Request, path: string, route: Route): Promise<Response> {
  const exchange = service.admit(request, path);
  try {
    return await route(exchange);
  } catch (error) {
    const problem = exchange.problem(exchange.signal.aborted ? exchange.signal.reason : error);
    exchange.status = problem.status;
    exchange.abort(error);
    exchange.end();
    return problemResponse(problem);
  }
}

/** Answers a request that was not let in. */
function refuse(service: Service, request: Request, error: unknown): Response {
  const problem = service.problem(error);
  service.tell(
    { request, route: "other", status: problem.status, error: problem.code, rows: 0, bytesIn: 0, bytesOut: 0 },
    Date.now(),
  );
  return problemResponse(problem);
}
