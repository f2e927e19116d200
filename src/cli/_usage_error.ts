import { ParameterError } from "../core/mod.ts";

/** A command line that cannot be understood. */
export class UsageError extends ParameterError {}
