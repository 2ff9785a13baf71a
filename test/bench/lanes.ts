import { connect, type Socket } from 'node:net';

/** What one target is asked. */
export interface Shot {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
  /** Where in the body eight bytes are another number each time; left out = it is always the same. */
  readonly serialAt?: number;
}

/** Called once an answer has ended: its status, 0 if the connection broke, and the bytes of its body and framing. */
export type Answered = (status: number, bytes: number) => void;

/**
 * A client that asks the same thing over and over (but for its number, where it has one) on connections that it keeps, one request at a time on each. A whole
 * HTTP client costs as much CPU a request as the proxies that are measured, and its garbage collections would count
 * as their latency; this one writes bytes made beforehand and reads no more of an answer than where it ends.
 */
export class Lanes {
  readonly #url: URL;
  readonly #request: Buffer;
  readonly #serialAt: number | null;
  readonly #most: number;
  readonly #idle: Lane[] = [];
  readonly #waiting: Answered[] = [];
  readonly #open = new Set<Lane>();

  constructor(origin: string, shot: Shot, connections: number) {
    this.#url = new URL(origin);
    const head = Buffer.from(headOf(this.#url, shot));
    this.#request = Buffer.concat([head, shot.body]);
    this.#serialAt = shot.serialAt === undefined ? null : head.length + shot.serialAt;
    this.#most = connections;
  }

  /** Sends the request on a free connection, on a new one while there may be more, else as soon as one is free. */
  fire(answered: Answered): void {
    const lane = this.#idle.pop() ?? (this.#open.size < this.#most ? this.#connect() : null);
    if (lane === null) this.#waiting.push(answered);
    else lane.ask(this.#next(), answered);
  }

  close(): void {
    for (const lane of this.#open) lane.socket.destroy();
  }

  #next(): Buffer {
    if (this.#serialAt === null) return this.#request;
    const request = Buffer.from(this.#request);
    request.write(String(serial).padStart(SERIAL_DIGITS, '0'), this.#serialAt, 'latin1');
    serial += 1;
    return request;
  }

  #connect(): Lane {
    const socket = connect({ host: this.#url.hostname, port: Number(this.#url.port), noDelay: true });
    const lane = new Lane(socket, () => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(lane);
      else lane.ask(this.#next(), next);
    });
    this.#open.add(lane);
    socket.once('close', () => {
      this.#open.delete(lane);
      const at = this.#idle.indexOf(lane);
      if (at !== -1) this.#idle.splice(at, 1);
      lane.broke();
      const next = this.#waiting.shift();
      if (next !== undefined) this.fire(next);
    });
    return lane;
  }
}

const SERIAL_DIGITS = 8;
/** Of all lanes together: no number comes twice. */
let serial = 0;

function headOf(url: URL, shot: Shot): string {
  const fields = { host: url.host, 'content-length': String(shot.body.length), ...shot.headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${shot.path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

const HEAD_END = '\r\n\r\n';
const LAST_CHUNK = Buffer.from('\r\n0\r\n\r\n');
const LENGTH = /\r\ncontent-length: *(\d+)/i;

/** One connection. */
class Lane {
  readonly socket: Socket;
  readonly #free: () => void;
  #answered: Answered | null = null;
  /** What has come of an answer whose head is not whole; else empty. */
  #head: Buffer = EMPTY;
  #status = 0;
  #bytes = 0;
  /** Bytes of the body that are still to come; -1 while the head is, -2 for a body in chunks. */
  #left = -1;
  #tail: Buffer = EMPTY;

  constructor(socket: Socket, free: () => void) {
    this.socket = socket;
    this.#free = free;
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    // 'close' follows, and tells whoever waits.
    socket.on('error', () => {});
  }

  ask(request: Buffer, answered: Answered): void {
    this.#answered = answered;
    this.#left = -1;
    this.#bytes = 0;
    this.socket.write(request);
  }

  broke(): void {
    this.#answered?.(0, this.#bytes);
    this.#answered = null;
  }

  #read(bytes: Buffer): void {
    let body = bytes;
    if (this.#left === -1) {
      const all = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes]);
      const end = all.indexOf(HEAD_END);
      if (end === -1) {
        this.#head = all;
        return;
      }
      const head = all.toString('latin1', 0, end);
      const length = LENGTH.exec(head)?.[1];
      this.#head = EMPTY;
      this.#tail = EMPTY;
      this.#status = Number(head.slice(9, 12));
      this.#left = length === undefined ? -2 : Number(length);
      // The line's end before the first chunk's size: a body may have no chunk but the last.
      body = all.subarray(this.#left === -2 ? end + 2 : end + 4);
    }
    this.#bytes += body.length;
    if (this.#left >= 0) this.#left -= body.length;
    else this.#left = this.#endsChunks(body) ? 0 : -2;
    if (this.#left === 0) this.#finish();
  }

  #endsChunks(body: Buffer): boolean {
    const tail = body.length >= LAST_CHUNK.length ? body : Buffer.concat([this.#tail, body]);
    this.#tail = tail.subarray(Math.max(0, tail.length - LAST_CHUNK.length));
    return this.#tail.equals(LAST_CHUNK);
  }

  #finish(): void {
    const answered = this.#answered;
    this.#answered = null;
    answered?.(this.#status, this.#bytes);
    this.#free();
  }
}

const EMPTY = Buffer.alloc(0);
