// Where in a larger input an error was made.
import { ParameterError } from "../../core/mod.ts";

/** What `make` gives; where it refuses, the message begins with the place that it was asked for. */
export function within<T>(place: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    const { message, code } = error;
    throw new ParameterError(`${place}: ${message[0].toLowerCase()}${message.slice(1)}`, code);
  }
}
