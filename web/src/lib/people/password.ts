/** Without what is easily mistaken when it is read aloud or typed off: 0 and O, 1, l and I. */
const SIGNS = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** 20 signs in groups of five, over 115 bits. */
export function generatePassword(): string {
  const signs = Array.from({ length: 20 }, () => SIGNS[below(SIGNS.length)]);
  return shaped(signs.join(''));
}

function shaped(text: string): string {
  return text.match(/.{5}/g)?.join('-') ?? text;
}

/** Evenly spread: what would favour the first signs is thrown away. */
function below(limit: number): number {
  const most = 256 - (256 % limit);
  const box = new Uint8Array(1);
  for (;;) {
    crypto.getRandomValues(box);
    const [value = 0] = box;
    if (value < most) return value % limit;
  }
}
