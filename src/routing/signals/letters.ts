/** Letters of any script and marks on them, by code unit: a table for ASCII, ranges for the rest. */
export function isLetter(unit: number): boolean {
  if (unit < 0x80) return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a);
  if (unit < 0xc0) return unit === 0xaa || unit === 0xb5 || unit === 0xba;
  if (unit < 0x2000) return unit !== 0xd7 && unit !== 0xf7;
  if (unit < 0x3040) return false;
  // Surrogates are mostly pictures; full-width signs are no letters.
  return unit < 0xd800 || (unit >= 0xf900 && unit < 0xfb00);
}

export function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

/** Chinese signs and Japanese syllables: written without blanks. */
export function isIdeograph(unit: number): boolean {
  return unit >= 0x3040 && (unit < 0xac00 || (unit >= 0xf900 && unit < 0xfb00));
}
