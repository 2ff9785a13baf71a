/** The log of what one version of a rule set has decided, within a range as the address spells it. */
export function decidedBy(
  ruleSetId: string,
  version: number,
  range: Readonly<Record<string, string>>,
): string {
  return `/requests?${new URLSearchParams({ ruleset: `${ruleSetId}@${version}`, ...range })}`;
}
