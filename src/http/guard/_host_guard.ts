import { isIP } from "node:net";
import { ParameterError, ServiceError } from "../../core/mod.ts";
import { originOf } from "./_url_guard.ts";
import type { AppOptions } from "../app_options.ts";

/** Hosts remembered at most: a client may name any address. */
const MOST = 1000;

/**
 * Whom the service answers. A page of elsewhere whose name is made to mean this machine (DNS rebinding) comes with that name as
 * its host: names must be allowed, addresses and localhost cannot be rebound. A page of elsewhere that asks for what it may
 * not read comes with its origin.
 */
export class HostGuard {
  /** What has passed before: most requests name the same few hosts. */
  readonly #passed = new Set<string>();
  readonly #names: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;

  constructor({ allowHosts = [], cors = [] }: Pick<AppOptions, "allowHosts" | "cors">) {
    this.#names = new Set(allowHosts.map((name) => name === "*" ? name : checkedName(name)));
    this.#origins = new Set(cors.map((origin) => origin === "*" ? origin : originOf(origin)));
  }

  /** The origins whose pages may read answers. */
  get origins(): readonly string[] {
    return [...this.#origins];
  }

  /** Refuses a request for a host that the service does not answer for. HTTP/1.0 and HTTP/2 have no header `Host`. */
  checkHost({ url, headers }: Request): void {
    if (this.#names.has("*")) return;
    const host = headers.get("host");
    const asks = `${url.slice(0, url.indexOf("/", "https://".length))} ${host}`;
    if (this.#passed.has(asks)) return;
    for (const asked of [URL.parse(url), ...(host === null ? [] : [urlOfHost(host)])]) {
      if (asked && this.#answersFor(nameOf(asked))) continue;
      const name = asked ? nameOf(asked) : host ?? url;
      throw new ServiceError(
        `Cannot answer for the host "${name}": wanted an address, localhost or an allowed host (--allow-host, allowHosts)`,
        "E_HOST_BLOCKED",
      );
    }
    if (this.#passed.size < MOST) this.#passed.add(asks);
  }

  #answersFor(name: string): boolean {
    return isIP(name) !== 0 || isLocal(name) || this.#names.has(name);
  }

  /** Refuses a page of another origin than the service's own, this machine's, an allowed host's or an allowed one. */
  checkOrigin({ url, headers }: Request): void {
    const text = headers.get("origin");
    if (text === null || this.#origins.has("*") || this.#origins.has(text)) return;
    const origin = /^https?:/.test(text) ? URL.parse(text) : null;
    const own = urlOfHost(headers.get("host") ?? "") ?? URL.parse(url);
    if (origin && (origin.host === own?.host || isLoopback(nameOf(origin)) || this.#names.has(nameOf(origin)))) return;
    throw new ServiceError(
      `Cannot answer a page of ${text}: wanted a page of this service, or of an allowed origin (--cors, cors)`,
      "E_ORIGIN_BLOCKED",
    );
  }
}

/** What a header `Host` names; nothing where it holds more, or less, than a host and a port. */
function urlOfHost(host: string): URL | null {
  return /^[^\s/?#@\\]+$/.test(host) ? URL.parse(`http://${host}`) : null;
}

/** The host of a URL without what it is written with: the brackets of an address, the dot at the end of a name. */
function nameOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}

function isLocal(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost");
}

/** An address of anywhere may be a page's, too: only those of this machine are as good as its name. */
function isLoopback(name: string): boolean {
  return isLocal(name) || name === "::1" || (isIP(name) === 4 && name.startsWith("127."));
}

function checkedName(text: string): string {
  const url = urlOfHost(text);
  if (url && url.port === "" && !/:\d+$/.test(text)) return nameOf(url);
  throw new ParameterError(`Cannot allow the host "${text}": wanted a name without a port, as models.example.org`);
}
