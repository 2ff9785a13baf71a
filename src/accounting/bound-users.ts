import type { JournalEntry, JournalSink, RequestRecord } from './record.ts';

/**
 * The users of one tenant that are told apart in an hour, by one process. Names come from clients, and each is a row of
 * the rollups: whoever made up a new one for each request would make dashboards as slow as the log. As many as an
 * answer about usage has groups at most.
 */
export const MOST_USERS = 1_000;
/** All others of the hour. */
export const OTHER_USERS = '(other)';

const HOUR_MS = 3_600_000;

/**
 * A journal whose entries name few users. It is here that names are bounded, so that the log and its sums agree; the
 * trace keeps a name that was taken away. `clock`: Unix ms.
 */
export function boundUsers(
  journal: JournalSink,
  { clock, most = MOST_USERS }: { readonly clock: () => number; readonly most?: number },
): JournalSink {
  /** By tenant, of the present hour. */
  const named = new Map<string, Set<string>>();
  let hour = 0;

  function isKnown({ tenantId, userName }: RequestRecord): boolean {
    const now = Math.floor(clock() / HOUR_MS);
    if (now !== hour) {
      hour = now;
      named.clear();
    }
    let users = named.get(tenantId);
    if (users === undefined) named.set(tenantId, (users = new Set()));
    if (users.has(userName)) return true;
    if (users.size >= most) return false;
    users.add(userName);
    return true;
  }

  function bounded(entry: JournalEntry): JournalEntry {
    if (entry.kind !== 'request' || entry.request.userName === '' || isKnown(entry.request)) return entry;
    const { request } = entry;
    const { trace, userName } = request;
    return {
      kind: 'request',
      request: {
        ...request,
        userName: OTHER_USERS,
        trace: trace === null ? null : { ...trace, user: userName },
      },
    };
  }

  return { append: (entry, written) => journal.append(bounded(entry), written) };
}
