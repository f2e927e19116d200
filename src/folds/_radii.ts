import { ln } from "../../kernels/mod.ts";
import { erf, normalQuantile } from "./_normal.ts";
import type { MapCertificate } from "./map_certificate.ts";

/** Half the width of an empirical Bernstein interval of n values from 0 to 1 with this sample variance. */
export function bernstein(variance: number, n: number, delta: number): number {
  const log = ln(2 / delta);
  return Math.sqrt(2 * variance * log / n) + 7 * log / (3 * (n - 1));
}

/** The radii of a class by the bounds of its mean and of the others'. */
export function radii(
  kind: number,
  lower: number,
  upper: number,
  { sigma, lipschitz }: { readonly sigma: number; readonly lipschitz?: number | undefined },
): MapCertificate {
  const margin = Math.max(0, lower - upper);
  const apart = margin === 0 ? 0 : normalQuantile(Math.min(lower, 1)) - normalQuantile(Math.max(upper, 0));
  return {
    class: kind,
    lower,
    upper,
    radius: sigma / 2 * apart,
    marginRadius: margin * sigma * Math.sqrt(Math.PI / 2),
    lipschitzRadius: lipschitz === undefined
      ? undefined
      : margin / (Math.SQRT2 * lipschitz * erf(1 / (2 * Math.SQRT2 * lipschitz * sigma))),
  };
}
