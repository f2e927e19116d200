/** What work under way meets when its flow has been closed meanwhile. Nobody hears it: the flow has ended. */
export function flowClosed(): DOMException {
  return new DOMException("The flow was closed", "AbortError");
}
