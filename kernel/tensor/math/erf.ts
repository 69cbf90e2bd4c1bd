// The error function, its complement and its inverse on plain numbers; knows no tensors.

/**
 * erfc(x) = 2/√π ∫ₓ^∞ e^(−t²) dt, by W. J. Cody's rational approximations (Math. Comp. 23, 1969; CALERF). Relative error
 * below 1e-14 for |x| ≤ 5 and 1e-13 up to 26, where erfc leaves the range of doubles: exact once rounded to float32.
 */
export function erfc(x: number): number {
  const y = Math.abs(x);
  if (y <= 0.46875) return 1 - x * nearZero(x * x);
  const tail = Math.exp(-y * y) * (y <= 4 ? middle(y) : far(y));
  return x < 0 ? 2 - tail : tail;
}

/** erf(x) = 1 − erfc(x), without cancellation near 0. */
export function erf(x: number): number {
  return Math.abs(x) <= 0.46875 ? x * nearZero(x * x) : 1 - erfc(x);
}

/** erf(x)/x of z = x². */
function nearZero(z: number): number {
  const p =
    (((0.18577770618460315 * z + 3.1611237438705655) * z + 113.86415415105016) * z + 377.485237685302) * z +
    3209.3775891384694;
  const q =
    (((z + 23.601290952344122) * z + 244.02463793444417) * z + 1282.6165260773723) * z + 2844.236833439171;
  return p / q;
}

/** e^(y²)·erfc(y) */
function middle(y: number): number {
  const p =
    (((((((2.1531153547440383e-8 * y + 0.5641884969886701) * y + 8.883149794388377) * y + 66.11919063714163) *
      y +
      298.6351381974001) *
      y +
      881.952221241769) *
      y +
      1712.0476126340707) *
      y +
      2051.0783778260716) *
      y +
    1230.3393547979972;
  const q =
    (((((((y + 15.744926110709835) * y + 117.6939508913125) * y + 537.1811018620099) * y +
      1621.3895745666903) *
      y +
      3290.7992357334597) *
      y +
      4362.619090143247) *
      y +
      3439.3676741437216) *
      y +
    1230.3393548037495;
  return p / q;
}

/** e^(y²)·erfc(y) */
function far(y: number): number {
  const z = 1 / (y * y);
  const p =
    ((((0.016315387137302097 * z + 0.30532663496123236) * z + 0.36034489994980445) * z +
      0.12578172611122926) *
      z +
      0.016083785148742275) *
      z +
    0.0006587491615298378;
  const q =
    ((((z + 2.568520192289822) * z + 1.8729528499234673) * z + 0.5279051029514285) * z +
      0.06051834131244132) *
      z +
    0.0023352049762686918;
  return (1 / Math.sqrt(Math.PI) - (z * p) / q) / y;
}

/** The x with erf(x) = y: Winitzki's approximation, made exact by three steps of Halley's. ±∞ at ±1, NaN beyond. */
export function erfinv(y: number): number {
  if (!(y > -1 && y < 1)) return Math.abs(y) === 1 ? y * Number.POSITIVE_INFINITY : Number.NaN;
  if (y === 0) return y;
  const log = Math.log1p(-y * y);
  const a = 2 / (Math.PI * 0.147) + log / 2;
  let x = Math.sign(y) * Math.sqrt(Math.sqrt(a * a - log / 0.147) - a);
  for (let step = 0; step < 3; step++) {
    const error = distance(x, y);
    const slope = (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x);
    x -= error / (slope + x * error);
  }
  return x;
}

/** erf(x) − y, in the tails by erfc, where erf has no digits left. */
function distance(x: number, y: number): number {
  if (Math.abs(x) < 1) return erf(x) - y;
  return x > 0 ? 1 - y - erfc(x) : erfc(-x) - (1 + y);
}
