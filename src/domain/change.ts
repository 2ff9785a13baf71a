import { Prisma, type PrismaClient } from '../database/generated/prisma/client.ts';
import type { ChangeNotice } from '../database/notify.ts';
import { AppError, type FieldProblem } from '../errors.ts';

export type Tx = Prisma.TransactionClient;

/** Waiting for a connection and the work itself, in ms; a busy machine must not fail an admin's click. */
const TRANSACTION = { maxWait: 10_000, timeout: 20_000 };
const ATTEMPTS = 3;

/**
 * Every write of the domain: change, audit row and notice in one transaction. A deadlock or serialisation
 * failure is PostgreSQL's way to say "again": `work` may run more than once and must touch nothing but `tx`.
 */
export async function change<T>(db: PrismaClient, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.$transaction(work, TRANSACTION);
    } catch (error) {
      if (attempt === ATTEMPTS || !isWriteConflict(error)) throw error;
    }
  }
}

/** Tells every process, at commit, that its view of this noun is old. */
export async function notify(tx: Tx, noun: ChangeNotice['noun'], id: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify('prism_changed', ${JSON.stringify({ noun, id })})`;
}

/** Runs a write; when it breaks a unique index, throws AppError conflict that names the field. */
export async function orConflict<T>(field: FieldProblem, write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new AppError('conflict', `${field.path} ${field.message}.`, { fields: [field], cause: error });
  }
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}

function isWriteConflict(error: unknown): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false;
  // P2034 from the query builder; raw SQL reports PostgreSQL's own code inside P2010.
  return error.code === 'P2034' || (error.code === 'P2010' && /40P01|40001/.test(error.message));
}
