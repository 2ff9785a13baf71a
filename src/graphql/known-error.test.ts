import { expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import { knownError } from './known-error.ts';

const driverError = (cause: object): Error =>
  Object.assign(new Error('Invalid `prisma.tenant.findMany()` invocation'), {
    code: 'P2010',
    meta: { driverAdapterError: { name: 'DriverAdapterError', cause } },
  });

/** As pg 8 and Prisma 7 throw them when PostgreSQL is killed, frozen or cut off. */
test.each([
  new Error('Connection terminated unexpectedly'),
  new Error('Connection terminated due to connection timeout'),
  new Error('timeout exceeded when trying to connect'),
  new Error('timeout expired'),
  new Error('Query read timeout'),
  new Error('Client has encountered a connection error and is not queryable'),
  Object.assign(new Error('Unable to start a transaction in the given time.'), { code: 'P2028', meta: {} }),
  driverError({ kind: 'DatabaseNotReachable', host: 'db' }),
  driverError({ kind: 'postgres', originalCode: '57P01' }),
  driverError({ kind: 'postgres', originalCode: '57P03' }),
  driverError({ kind: 'postgres', originalCode: '08006' }),
])('"$message" ($meta.driverAdapterError.cause) is a database that is away: 503, and not ours', (error) => {
  expect(knownError(error)).toMatchObject({ code: 'unavailable', cause: error, retryAfterMs: 5_000 });
});

test.each([
  new Error('Cannot read properties of undefined'),
  driverError({ kind: 'postgres', originalCode: '42P01' }),
  driverError({ kind: 'postgres', originalCode: '57014' }),
])('"$message" ($meta.driverAdapterError.cause) is an error of ours, and its words stay inside', (error) => {
  const known = knownError(error);
  expect(known.code).toBe('internal');
  expect(known.message).not.toContain(error.message);
});

test('an AppError stays what it is', () => {
  const error = new AppError('not_found', 'There is no such tenant.');
  expect(knownError(error)).toBe(error);
});
