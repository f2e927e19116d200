/** The constants of the float32 exponential, for each build. */

/**
 * The table of constants. V8 builds an inline vector constant anew at every use, inside the loop too (measured: 1.6 to
 * 2.1 times slower); one that is loaded from memory before the loop stays in a register.
 *
 * Fused build: base `2^C`, C = log2(e) rounded to float32 and used alone, so that the argument of the power and the reduced
 * remainder each cost one multiply-add. It is a change of temperature by 1.3e-8, which the reading of the totals undoes.
 * Plain build: base e. The remainder is `x - n c1 - n c2 - n c3`, with c1 + c2 the upper two bytes of ln 2 (8 and 6 bits), so that
 * the first two products are exact while |n| < 2^16.
 * Polynomials: degree 5, constant term 1, least largest relative error (9.4e-8 on |f| <= 1/2; 9.2e-8 on |f| <= ln 2 / 2), each
 * coefficient rounded to float32 before the next was fitted.
 */
export const TABLE: usize = ASC_FEATURE_RELAXED_SIMD
  ? memory.data<f32>([
    1.4426950216293335,
    1.4426950216293335,
    1.4426950216293335,
    1.4426950216293335,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0,
    1.0,
    1.0,
    1.0,
    1.0,
    0.6931470036506653,
    0.6931470036506653,
    0.6931470036506653,
    0.6931470036506653,
    0.24022246897220612,
    0.24022246897220612,
    0.24022246897220612,
    0.24022246897220612,
    0.0555071122944355,
    0.0555071122944355,
    0.0555071122944355,
    0.0555071122944355,
    0.009671294130384922,
    0.009671294130384922,
    0.009671294130384922,
    0.009671294130384922,
    0.0013269407209008932,
    0.0013269407209008932,
    0.0013269407209008932,
    0.0013269407209008932,
    9.4039548065783e-38,
    9.4039548065783e-38,
    9.4039548065783e-38,
    9.4039548065783e-38,
  ], 16)
  : memory.data<f32>([
    1.4426950216293335,
    1.4426950216293335,
    1.4426950216293335,
    1.4426950216293335,
    0.69140625,
    0.69140625,
    0.69140625,
    0.69140625,
    0.001739501953125,
    0.001739501953125,
    0.001739501953125,
    0.001739501953125,
    1.4286068039837517e-6,
    1.4286068039837517e-6,
    1.4286068039837517e-6,
    1.4286068039837517e-6,
    1.0,
    1.0,
    1.0,
    1.0,
    0.9999997019767761,
    0.9999997019767761,
    0.9999997019767761,
    0.9999997019767761,
    0.4999914765357971,
    0.4999914765357971,
    0.4999914765357971,
    0.4999914765357971,
    0.16667653620243073,
    0.16667653620243073,
    0.16667653620243073,
    0.16667653620243073,
    0.04189816117286682,
    0.04189816117286682,
    0.04189816117286682,
    0.04189816117286682,
    0.008289267309010029,
    0.008289267309010029,
    0.008289267309010029,
    0.008289267309010029,
    9.4039548065783e-38,
    9.4039548065783e-38,
    9.4039548065783e-38,
    9.4039548065783e-38,
  ], 16);

/** Byte offsets in the table. */
export const SCALE: usize = 0;
export const C1: usize = 16;
export const C2: usize = 32;
export const C3: usize = 48;
export const ONE: usize = 64;
export const P1: usize = 80;
export const P2: usize = 96;
export const P3: usize = 112;
export const P4: usize = 128;
export const P5: usize = 144;
export const LEAST_SHARES: usize = 160;

/** log2(e) as float32. */
export const LOG2_E: f32 = 1.4426950216293335;
/** Greatest magnitude of a logit on the fast path: n and n + 127 - N must keep their units digit in float32. */
export const RANGE: f32 = ASC_FEATURE_RELAXED_SIMD ? 2097152.0 : 32768.0;
/**
 * Greatest magnitude of a sum's exponent on the fast path of the probabilities: so far beyond the exponent of any logit in the range
 * that beside a greater sum such logits have a share of 0, and near enough for n and n + 127 - N as above.
 */
export const EXPONENT_RANGE: f64 = ASC_FEATURE_RELAXED_SIMD ? 4e6 : 60000.0;
/** The least share that is written, 9.4e-38: what is less is 0, so that no share has a trace of a tile's reference. */
export const LEAST_SHARE: f32 = 9.4039548065783e-38;
/** 1.5 * 2^23 + 127: adding and subtracting it rounds to an integer, and leaves a biased exponent in the low bits. */
export const MAGIC: f32 = 12583039.0;
