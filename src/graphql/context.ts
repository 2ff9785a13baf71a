import type { Domain } from '../domain/domain.ts';
import { AppError } from '../errors.ts';
import type { UserActor } from '../identity/actor.ts';
import { tenantScope } from '../identity/policy.ts';
import type {
  PrismaClient,
  RequestSnapshot,
  Tenant,
  TenantKey,
} from '../database/generated/prisma/client.ts';
import type { Caller } from './caller.ts';
import type { ConsoleSession } from './console-session.ts';
import { createLoader } from './loaders.ts';
import { scopeTo, type ReadClient } from './scoped-client.ts';

/** What every resolver gets. Made anew for each request. */
export interface Context {
  readonly caller: Caller;
  /** Who asks; null = nobody has signed in. */
  readonly actor: UserActor | null;
  readonly domain: Domain;
  /** Reads only, and only what the actor may see. */
  readonly db: ReadClient;
  readonly loaders: Loaders;
  readonly providerTypes: readonly ProviderTypeInfo[];
  /** Plain text of a stored prompt and answer. */
  readonly decrypt: (ciphertext: string, context: string) => string;
  /** Where the caller reaches us, for addresses to be copied: `https://prism.example.com`, without a path. */
  readonly publicUrl: string;
  readonly clock: () => Date;
  /** Of a subscription; null = a query or a mutation. */
  readonly following: Following | null;
  /** Of a page of the console, which keeps its session in a cookie; null = a program. */
  readonly consoleSession: ConsoleSession | null;
}

/** What a subscription's source must know of its subscriber. */
export interface Following {
  /** Aborted when the subscriber has gone. */
  readonly signal: AbortSignal;
  /** To be called when the subscriber takes nothing and has been dropped. */
  readonly onDropped: () => void;
}

/** By id, limited like `db`; null = none that the actor may see. */
interface Loaders {
  readonly tenant: (id: string) => Promise<Tenant | null>;
  readonly tenantKey: (id: string) => Promise<TenantKey | null>;
  readonly snapshot: (requestId: string) => Promise<RequestSnapshot | null>;
}

/** What the console needs to draw a provider's form: an adapter without its functions. */
export interface ProviderTypeInfo {
  readonly type: string;
  readonly label: string;
  readonly defaultBaseUrl: string;
  readonly form: readonly ProviderFormField[];
  readonly features: {
    readonly chat: boolean;
    readonly embeddings: boolean;
    readonly discovery: boolean;
  };
}

export interface ProviderFormField {
  readonly path: string;
  readonly label: string;
  readonly kind: 'url' | 'text' | 'secret' | 'number' | 'boolean' | 'select';
  readonly required: boolean;
  readonly help?: string;
  readonly placeholder?: string;
  readonly options?: readonly string[];
}

export interface ContextDeps {
  readonly domain: Domain;
  readonly prisma: PrismaClient;
  readonly providerTypes: readonly ProviderTypeInfo[];
  readonly decrypt: (ciphertext: string, context: string) => string;
  readonly clock: () => Date;
  /** PUBLIC_URL; null or missing = the host that the caller wrote, over plain HTTP as we speak it. */
  readonly publicUrl?: string | null;
}

export function createContext(
  deps: ContextDeps,
  caller: Caller,
  following: Following | null = null,
  consoleSession: ConsoleSession | null = null,
): Context {
  const { actor } = caller;
  // Nobody sees nothing: the few open operations do not read through this client.
  const db = scopeTo(deps.prisma, actor ? tenantScope(actor) : []);
  const { domain, providerTypes, decrypt, clock } = deps;
  const publicUrl = deps.publicUrl ?? `http://${caller.host ?? 'localhost'}`;
  const loaders = createLoaders(db);
  return {
    caller,
    actor,
    domain,
    db,
    loaders,
    providerTypes,
    decrypt,
    publicUrl,
    clock,
    following,
    consoleSession,
  };
}

function createLoaders(db: ReadClient): Loaders {
  return {
    tenant: createLoader(async (ids) => byId(await db.tenant.findMany({ where: { id: { in: [...ids] } } }))),
    tenantKey: createLoader(async (ids) =>
      byId(await db.tenantKey.findMany({ where: { id: { in: [...ids] } } })),
    ),
    snapshot: createLoader(async (ids) =>
      byId(await db.requestSnapshot.findMany({ where: { id: { in: [...ids] } } })),
    ),
  };
}

function byId<Row extends { id: string }>(rows: readonly Row[]): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

/** The signed-in actor. Throws AppError unauthenticated; the schema's scopes have asked before. */
export function signedIn(context: Context): UserActor {
  if (context.actor) return context.actor;
  throw notSignedIn();
}

export function notSignedIn(): AppError {
  return new AppError(
    'unauthenticated',
    'Sign in first: send "authorization: Bearer <token>" with a token from login.',
  );
}
