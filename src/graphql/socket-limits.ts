export interface SocketLimits {
  /** Sockets of this process, those that have not signed in included. */
  readonly sockets: number;
  /** Until `connection_init` must have come. */
  readonly initMs: number;
  /** Between two pings; a socket that has not answered the last one is cut. */
  readonly pingMs: number;
  readonly messageBytes: number;
  /** Messages of a client in 10 s. */
  readonly messages: number;
  /** Subscriptions of one socket at a time. */
  readonly subscriptions: number;
  /** What may wait to be sent before a client that keeps asking is cut. */
  readonly waitingBytes: number;
}

export const SOCKET_LIMITS: SocketLimits = {
  sockets: 2_000,
  initMs: 5_000,
  pingMs: 20_000,
  messageBytes: 128 * 1024,
  messages: 200,
  subscriptions: 20,
  waitingBytes: 1024 * 1024,
};
