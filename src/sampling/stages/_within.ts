import { ParameterError } from "../../core/mod.ts";

/** What `make` gives; what it refuses is told with the place where it was asked for, and with what else would do there. */
export function within<T>(place: string, make: () => T, more = ""): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    const { message, code } = error;
    throw new ParameterError(`${place}: ${message[0].toLowerCase()}${message.slice(1)}${more}`, code);
  }
}
