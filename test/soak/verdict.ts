import { faults, type Ledger, type LoggedRow } from '../durability/ledger.ts';
import { quantileMs } from '../durability/traffic.ts';
import type { SoakSeen } from './load.ts';
import type { Sample } from './samples.ts';

export interface Check {
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string;
}

const MOST_GROWTH = 1.1;
/** Connections that come and go with the mix. */
const DESCRIPTORS_MORE = 10;

/** The second half of the run beside the first, which begins after the warm-up. */
export function checkSteady(samples: readonly Sample[], warmUpMs: number): Check[] {
  const end = samples.at(-1)?.atMs ?? 0;
  const before = samples.filter(({ atMs }) => atMs > warmUpMs && atMs <= end / 2);
  const after = samples.filter(({ atMs }) => atMs > end / 2);
  const rss = [middle(before.map((it) => it.rssMb)), middle(after.map((it) => it.rssMb))] as const;
  const open = [
    middle(before.map((it) => it.descriptors)),
    middle(after.map((it) => it.descriptors)),
  ] as const;
  return [
    {
      name: 'memory of the last half within 10 % of that before',
      passed: rss[1] <= rss[0] * MOST_GROWTH,
      detail: `RSS ${rss[0].toFixed(0)} → ${rss[1].toFixed(0)} MB`,
    },
    {
      name: 'descriptors of the last half as before',
      passed: open[1] <= open[0] * MOST_GROWTH + DESCRIPTORS_MORE,
      detail: `${open[0]} → ${open[1]}`,
    },
  ];
}

/** What the process must have come back to when nobody asks any more. */
export function checkRest(rest: Sample, descriptorsBefore: number): Check[] {
  return [
    {
      name: 'nothing runs any more',
      passed: rest.requests === 0 && rest.streams === 0 && rest.waiting === 0,
      detail: `${rest.requests} requests, ${rest.streams} streams, ${rest.waiting} journal entries`,
    },
    {
      name: 'descriptors as before the load',
      passed: rest.descriptors <= descriptorsBefore + DESCRIPTORS_MORE,
      detail: `${descriptorsBefore} → ${rest.descriptors}`,
    },
  ];
}

/** Whether the log must have it: it got past the key, and no limit refused it. Null = only the process can tell. */
function isLogged({ id, status, error, ended }: SoakSeen): boolean | null {
  if (id === null || (status === 429 && !ended)) return null;
  return status !== 401 && error !== 'rate_limit_exceeded';
}

/** The log beside what clients have seen and what the process itself has counted. */
export async function checkBooks(
  ledger: Ledger,
  seen: readonly SoakSeen[],
  counted: number,
): Promise<Check[]> {
  const rows = await ledger.rows();
  const sure = seen.filter((it) => isLogged(it) === true);
  const unsure = seen.filter((it) => isLogged(it) === null).length;
  const known = new Set(seen.flatMap((it) => (isLogged(it) === true ? [it.id] : [])));
  const refused = new Set(seen.flatMap((it) => (isLogged(it) === false ? [it.id] : [])));
  const others = rows.filter(({ id }) => !known.has(id)).length;
  const wrong = faults(rows, sure);
  const differences = await ledger.differences();
  return [
    {
      name: 'each answered request is in the log once, at the cost that was told',
      passed: wrong.length === 0,
      detail: wrong.length === 0 ? `${sure.length} answers` : wrong.slice(0, 5).join('; '),
    },
    {
      name: 'the log has nothing else but requests whose client left before an answer',
      passed: others <= unsure && !rows.some(({ id }) => refused.has(id)) && rows.length === counted,
      detail: `${rows.length} rows, ${counted} counted, ${others} of at most ${unsure} that left`,
    },
    {
      name: 'rollups equal the sum of the log',
      passed: differences.length === 0,
      detail: differences.length === 0 ? statuses(rows) : JSON.stringify(differences[0]),
    },
  ];
}

/** Whether what must work did: only the kinds that are told to fail may. */
export function checkAnswers(seen: readonly SoakSeen[]): Check {
  const well = seen.filter(
    ({ kind }) => !/^(shaky|leaves|unknown|wrong|limited|Anthropic, broken)/.test(kind),
  );
  const failed = well.filter(({ status, complete }) => status !== 200 || !complete);
  const some = failed.slice(0, 3).map(({ kind, status, error }) => `${kind}: ${status} ${error}`);
  return {
    name: 'healthy requests are all served',
    passed: failed.length === 0,
    detail:
      failed.length === 0
        ? `${well.length}`
        : `${failed.length} of ${well.length} failed: ${some.join('; ')}`,
  };
}

/** What the process has said that it must not. */
export function checkOutput(output: string): Check {
  const complaints = output
    .split('\n')
    .filter((line) => /MaxListenersExceeded|Warning:|"level":(50|60)|Unhandled|uncaught/i.test(line));
  return {
    name: 'no warning of Node and no error of ours',
    passed: complaints.length === 0,
    detail: complaints.length === 0 ? 'none' : `${complaints.length}: ${complaints[0]?.slice(0, 600)}`,
  };
}

/** How it went, kind by kind. */
export function tableOfKinds(seen: readonly SoakSeen[]): string {
  const rows = [...Map.groupBy(seen, ({ kind }) => kind)].map(([kind, its]) => {
    const outcomes = [...Map.groupBy(its, outcomeOf)].map(
      ([outcome, { length }]) => `${outcome} × ${length}`,
    );
    return `| ${kind} | ${its.length} | ${quantileMs(its, 0.5).toFixed(0)} | ${quantileMs(its, 0.99).toFixed(0)} | ${outcomes.join(', ')} |`;
  });
  return `| kind | requests | p50 ms | p99 ms | seen |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

function outcomeOf({ status, complete, error }: SoakSeen): string {
  if (status === null) return 'left';
  return `${status}${error === null ? '' : ` ${error}`}${complete ? '' : ', cut'}`;
}

function statuses(rows: readonly LoggedRow[]): string {
  return [...Map.groupBy(rows, ({ status }) => status)]
    .map(([status, its]) => `${its.length} ${status}`)
    .join(', ');
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
