import { constants, gunzipSync, gzipSync } from 'node:zlib';
import type { Weights } from './classifier.ts';

/**
 * A weights file, compressed by gzip: the length of a JSON header (4 bytes, little-endian), the header, then the
 * numbers in the order that it names; the matrix of the hashed features has two numbers a byte. Read in some 20 ms.
 */
interface Header {
  readonly format: 4;
  readonly labels: readonly string[];
  /** Hashed features. */
  readonly features: number;
  /** Numbers of the dense vector. */
  readonly dense: number;
  readonly temperature: number;
  /** Hashed features of the gain alone. */
  readonly gainFeatures: number;
  readonly gainBias: number;
  readonly gainScale: number;
  readonly vectorSize: number;
  /** Words of the vector table, in its order, joined by "\n". */
  readonly words: string;
}

const HEADER_LENGTH = 4;

export function writeWeights(weights: Weights): Buffer {
  const { labels, hashes, scales, temperature, gain, vectors } = weights;
  const header: Header = {
    format: 4,
    labels,
    features: hashes.length,
    dense: scales.length - hashes.length,
    temperature,
    gainFeatures: gain.hashes.length,
    gainBias: gain.bias,
    gainScale: gain.scale,
    vectorSize: vectors.size,
    words: vectors.words.join('\n'),
  };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(HEADER_LENGTH);
  length.writeUInt32LE(json.length);
  const hashed = hashes.length * labels.length;
  const numbers = [
    weights.bias,
    hashes,
    scales,
    pack(weights.matrix.subarray(0, hashed)),
    weights.matrix.subarray(hashed),
    gain.hashes,
    gain.weights,
    vectors.values,
  ];
  const whole = Buffer.concat([length, json, ...numbers.map(bytesOf)]);
  return gzipSync(whole, { level: constants.Z_BEST_COMPRESSION });
}

/** Throws Error for a file that is none, or of another version. */
export function readWeights(packed: Uint8Array): Weights {
  const file = gunzipSync(packed);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const end = HEADER_LENGTH + view.getUint32(0, true);
  const header: unknown = JSON.parse(Buffer.from(file.subarray(HEADER_LENGTH, end)).toString());
  if (!isHeader(header)) throw new Error('the weights of the classifier are of another version');
  const { labels, features, dense, gainFeatures, vectorSize } = header;
  const words = header.words.split('\n');
  const rows = features + dense;
  let at = end;
  const take = (bytes: number): ArrayBuffer => {
    const part = new Uint8Array(file.subarray(at, at + bytes));
    at += bytes;
    return part.buffer;
  };
  const weights: Weights = {
    labels,
    bias: new Float32Array(take(labels.length * 4)),
    hashes: new Int32Array(take(features * 4)),
    scales: new Float32Array(take(rows * 4)),
    matrix: join(
      unpack(new Uint8Array(take(Math.ceil((features * labels.length) / 2))), features * labels.length),
      new Int8Array(take(dense * labels.length)),
    ),
    gain: {
      hashes: new Int32Array(take(gainFeatures * 4)),
      weights: new Int8Array(take(rows + gainFeatures)),
      scale: header.gainScale,
      bias: header.gainBias,
    },
    temperature: header.temperature,
    vectors: { size: vectorSize, words, values: new Int8Array(take(words.length * vectorSize)) },
  };
  if (at !== file.length) throw new Error('the weights of the classifier are cut off');
  return weights;
}

const SHIFT = 8;

/** Numbers from −7 to 7, two a byte. */
function pack(numbers: Int8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(numbers.length / 2));
  for (const [at, its] of numbers.entries())
    bytes[at >> 1] = (bytes[at >> 1] ?? 0) | ((its + SHIFT) << (at % 2 === 0 ? 0 : 4));
  return bytes;
}

function unpack(bytes: Uint8Array, length: number): Int8Array {
  const numbers = new Int8Array(length);
  for (let at = 0; at < length; at += 1)
    numbers[at] = (((bytes[at >> 1] ?? 0) >> (at % 2 === 0 ? 0 : 4)) & 15) - SHIFT;
  return numbers;
}

function join(first: Int8Array, second: Int8Array): Int8Array {
  const both = new Int8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function isHeader(value: unknown): value is Header {
  return typeof value === 'object' && value !== null && 'format' in value && value.format === 4;
}

function bytesOf(numbers: Float32Array | Int32Array | Int8Array | Uint8Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
