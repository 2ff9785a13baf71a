import type { Weights } from './classifier.ts';

/**
 * A weights file: the length of a JSON header (4 bytes, little-endian), the header, then the numbers in the order
 * that it names. One file, nothing to unpack, read in a few milliseconds.
 */
interface Header {
  readonly format: 1;
  readonly labels: readonly string[];
  readonly bits: number;
  readonly temperature: number;
  readonly vectorSize: number;
  readonly vectorScale: number;
  /** Words of the vector table, in its order, joined by "\n". */
  readonly words: string;
}

const HEADER_LENGTH = 4;

export function writeWeights(weights: Weights, words: readonly string[]): Buffer {
  const header: Header = {
    format: 1,
    labels: weights.labels,
    bits: weights.bits,
    temperature: weights.temperature,
    vectorSize: weights.vectors.size,
    vectorScale: weights.vectors.scale,
    words: words.join('\n'),
  };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(HEADER_LENGTH);
  length.writeUInt32LE(json.length);
  return Buffer.concat([
    length,
    json,
    bytesOf(weights.bias),
    bytesOf(weights.scales),
    bytesOf(weights.matrix),
    bytesOf(weights.vectors.values),
  ]);
}

/** Throws Error for a file that is none, or of another version. */
export function readWeights(file: Uint8Array): Weights {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const end = HEADER_LENGTH + view.getUint32(0, true);
  const header: unknown = JSON.parse(Buffer.from(file.subarray(HEADER_LENGTH, end)).toString());
  if (!isHeader(header)) throw new Error('the weights of the classifier are of another version');
  const { labels, bits, vectorSize } = header;
  const words = header.words.split('\n');
  const rows = (1 << bits) + vectorSize;
  let at = end;
  const take = (bytes: number): ArrayBuffer => {
    const part = new Uint8Array(file.subarray(at, at + bytes));
    at += bytes;
    return part.buffer;
  };
  const bias = new Float32Array(take(labels.length * 4));
  const scales = new Float32Array(take(rows * 4));
  const matrix = new Int8Array(take(rows * labels.length));
  const values = new Int8Array(take(words.length * vectorSize));
  if (at !== file.length) throw new Error('the weights of the classifier are cut off');
  return {
    labels,
    bits,
    matrix,
    scales,
    bias,
    temperature: header.temperature,
    vectors: {
      size: vectorSize,
      offsets: new Map(words.map((word, index) => [word, index * vectorSize])),
      values,
      scale: header.vectorScale,
    },
  };
}

function isHeader(value: unknown): value is Header {
  return typeof value === 'object' && value !== null && 'format' in value && value.format === 1;
}

function bytesOf(numbers: Float32Array | Int8Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
