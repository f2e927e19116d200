import { define, ParameterError, type Reducer, specText } from "../core/mod.ts";

/**
 * A reducer of one stream, on one of several aligned ones.
 *
 * Needs: aligned streams, and a reducer that takes one. Gives: what that gives. Cost, accuracy and specials are its own.
 *
 * @example The entropy of one model beside the divergence from another
 * ```ts
 * import { entropy, klDivergence, on, reduceRow } from "@sluice/sluice";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const row = reduceRow({ a: Float32Array.of(0, 0), b: Float32Array.of(0, 0) }, {
 *   nats: on("a", entropy()),
 *   kl: klDivergence("a", "b"),
 * });
 * assertAlmostEquals(row.nats, Math.LN2, 1e-6);
 * ```
 *
 * @typeParam R The result.
 * @typeParam S The state.
 * @param stream The stream's name.
 * @param reducer The reducer.
 * @returns The same, on that stream.
 * @throws {ParameterError} If the name is not text, or that is no reducer of one stream; as the row is reduced, if there is no such stream.
 */
export function on<R, S>(stream: string, reducer: Reducer<R, S>): Reducer<R, S> {
  const built = { inputs: [reducer], specs: reducer?.spec ? [reducer.spec] : [] };
  return onDefinition.of({ stream }, built) as Reducer<R, S>;
}

/** Its row of the catalogue. */
export const onDefinition = /* @__PURE__ */ define({
  name: "on",
  kind: "reducer",
  help: "a reducer on one of several streams",
  options: { stream: { type: "text", argument: true, help: "the stream's name" } },
  inputs: ["reducer"],
  make({ stream }, spec, { inputs: [reducer] }): Reducer<unknown> {
    const own = reducer as Reducer<unknown>;
    if (typeof own?.finish !== "function") {
      throw new ParameterError(
        `Cannot use on("${stream}") without a reducer: wanted one, as on("${stream}", entropy())`,
      );
    }
    if (own.streams) {
      throw new ParameterError(
        `Cannot use ${specText(own.spec)} on stream "${stream}": it takes ${own.streams.join(", ")} already`,
      );
    }
    return onStream(stream, own, spec);
  },
});

/** The reducer with a stream of its own; so is what it asks for a second read, and what a flow takes in its place. */
function onStream(stream: string, own: Reducer<unknown>, spec: Reducer<unknown>["spec"]): Reducer<unknown> {
  const again = (other: Reducer<unknown>) =>
    onStream(stream, other, { name: spec.name, params: spec.params, inputs: [other.spec] });
  return {
    ...own,
    spec,
    streams: [stream],
    init: (row) => own.init(row),
    step: (state, segment) => own.step(state, segment),
    merge: (into, from) => own.merge(into, from),
    finish: (state, row) => own.finish(state, row),
    ...(own.needs ? { needs: own.needs } : {}),
    ...(own.stepBlock ? { stepBlock: (state, block) => own.stepBlock!(state, block) } : {}),
    ...(own.check ? { check: (vocabulary, rows) => own.check!(vocabulary, rows) } : {}),
    ...(own.renew ? { renew: (state, row) => own.renew!(state, row) } : {}),
    ...(own.canonical ? { canonical: (state) => own.canonical!(state) } : {}),
    ...(own.validate ? { validate: (state, folded) => own.validate!(state, folded) } : {}),
    ...(own.mostReads ? { mostReads: own.mostReads } : {}),
    ...(own.fields ? { fields: own.fields } : {}),
    ...(own.secondRead ? { secondRead: own.secondRead } : {}),
    ...(own.snapshot ? { snapshot: () => again(own.snapshot!()) } : {}),
    ...(own.second
      ? {
        second(state, row) {
          const next = own.second!(state, row);
          return next && again(next);
        },
      }
      : {}),
  };
}
