/**
 * The service: logits over HTTP, answered row by row as they are read.
 *
 * | address | what it does |
 * | --- | --- |
 * | `POST /v1/reduce` | rows of logits to their largest logit, log-sum-exp, entropy and likeliest tokens |
 * | `POST /v1/softmax` | rows of logits to probabilities |
 * | `POST /v1/sample` | rows of logits to tokens |
 * | `POST /v1/compare` | two models' rows side by side |
 * | `POST /v1/states`, `POST /v1/merge` | a part of the vocabulary a machine; the parts to rows |
 * | `GET /` | a page that shows logits flowing |
 * | `GET /healthz`, `/metrics`, `/openapi.json` | for those who run it |
 *
 * {@linkcode createApp} gives the app, {@linkcode serve} runs it.
 *
 * @module
 */
export * from "./app_options.ts";
export * from "./create_app.ts";
export type { Limits } from "./limits.ts";
export * from "./serve.ts";
export * from "./serve_options.ts";
export * from "./serving.ts";
