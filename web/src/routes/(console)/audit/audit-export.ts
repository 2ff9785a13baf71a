import { sentenceOf, sentenceText } from '#lib/audit/sentence.ts';
import type { NameBook } from '#lib/audit/names.ts';
import { AuditEntriesDocument } from '#lib/generated/graphql.ts';
import type { AuditFilter, AuditRowFragment } from '#lib/generated/graphql.ts';
import { ask } from '#lib/graphql/client.ts';
import { done } from '#lib/graphql/outcome.ts';
import type { Outcome } from '#lib/graphql/outcome.ts';

/** The most that one page may have. */
const PAGE = 200;
/** What a browser holds without trouble; more is for the API. */
export const MOST = 10_000;

export interface Exported {
  readonly entries: readonly AuditRowFragment[];
  /** There was more than MOST, or it was stopped. */
  readonly isCut: boolean;
}

/** Everything that fits the filter, page by page. `onprogress` is told how many there are so far. */
export async function fetchAudit(
  filter: AuditFilter,
  { onprogress, signal }: { onprogress: (count: number) => void; signal: AbortSignal },
): Promise<Outcome<Exported>> {
  const entries: AuditRowFragment[] = [];
  let after: string | null = null;
  while (entries.length < MOST && !signal.aborted) {
    const page: Outcome<Page> = await ask(AuditEntriesDocument, {
      filter,
      first: PAGE,
      ...(after === null ? {} : { after }),
    });
    if (!page.ok) return page;
    const { edges, pageInfo }: Page['auditEntries'] = page.data.auditEntries;
    entries.push(...edges.map(({ node }) => node));
    onprogress(entries.length);
    if (!pageInfo.hasNextPage) return done({ entries, isCut: false });
    after = pageInfo.endCursor;
  }
  return done({ entries, isCut: true });
}

interface Page {
  readonly auditEntries: {
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly edges: readonly { readonly node: AuditRowFragment }[];
  };
}

export function csvRow(entry: AuditRowFragment, book: NameBook): Record<string, string> {
  return {
    at: entry.at,
    actor: entry.actorName,
    address: entry.address,
    action: entry.action,
    targetType: entry.targetType,
    targetId: entry.targetId,
    sentence: sentenceText(sentenceOf(entry, book)),
    before: entry.before === null ? '' : JSON.stringify(entry.before),
    after: entry.after === null ? '' : JSON.stringify(entry.after),
  };
}
