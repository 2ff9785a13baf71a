import type { Tx } from './change.ts';

interface Served {
  readonly kind: string;
  readonly visible: boolean;
  readonly missingSince: Date | null;
  readonly capabilities: readonly string[];
  readonly provider: { readonly active: boolean };
}

/** What a model must be to be chosen for chats, in the order in which it is asked; `otherwise` follows its name. */
const CHECKS: readonly { readonly holds: (model: Served) => boolean; readonly otherwise: string }[] = [
  { holds: ({ kind }) => kind === 'CHAT', otherwise: 'which is no chat model' },
  { holds: ({ visible }) => visible, otherwise: 'which is hidden; make it visible first' },
  { holds: ({ missingSince }) => missingSince === null, otherwise: 'which its provider has no more' },
  { holds: ({ provider }) => provider.active, otherwise: 'whose provider is switched off' },
];
/** Where nothing is known of a model, it may well see. */
const SEES = {
  holds: ({ capabilities }: Served) => capabilities.length === 0 || capabilities.includes('vision'),
  otherwise: 'which cannot see images',
};

/**
 * Why a name ("<id>" or "<provider-slug>/<id>") cannot be somebody's choice of a chat model, as the end of a sentence
 * that begins with the field; null = it can.
 */
export async function modelProblem(
  tx: Pick<Tx, 'providerModel'>,
  name: string,
  { needsVision = false }: { readonly needsVision?: boolean } = {},
): Promise<string | null> {
  let left: readonly Served[] = await find(tx, name);
  if (left.length === 0) {
    return `names "${name}", which no provider has; write "<model id>" or "<provider slug>/<model id>"`;
  }
  for (const { holds, otherwise } of needsVision ? [...CHECKS, SEES] : CHECKS) {
    left = left.filter(holds);
    if (left.length === 0) return `names "${name}", ${otherwise}`;
  }
  return null;
}

/** As the gateway reads the name: a provider's slug before the first "/" pins it, else all of it is the id. */
async function find(tx: Pick<Tx, 'providerModel'>, name: string): Promise<readonly Served[]> {
  const select = {
    kind: true,
    visible: true,
    missingSince: true,
    capabilities: true,
    provider: { select: { active: true } },
  } as const;
  const slash = name.indexOf('/');
  if (slash > 0) {
    const where = { provider: { slug: name.slice(0, slash) }, modelId: name.slice(slash + 1) };
    const pinned = await tx.providerModel.findMany({ where, select });
    if (pinned.length > 0) return pinned;
  }
  return tx.providerModel.findMany({ where: { modelId: name }, select });
}
