import { timingSafeEqual } from "hono/utils/buffer";
import { ServiceError } from "../../core/mod.ts";

/** Refuses a request that does not bring the token; takes as long whatever it brings. */
export async function checkToken({ headers }: Request, token: string | undefined): Promise<void> {
  if (token === undefined) return;
  const [, brought = ""] = /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "") ?? [];
  if (await timingSafeEqual(brought, token)) return;
  throw new ServiceError(
    "Cannot answer: wanted the header authorization: Bearer TOKEN with the right token",
    "E_UNAUTHORIZED",
  );
}
