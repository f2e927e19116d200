/** A logit, or its quotient where there is a type of divisors: with `void` a loop has no division. */
export function quotient<By>(logit: v128, divisor: v128): v128 {
  return isVoid<By>() ? logit : f32x4.div(logit, divisor);
}
