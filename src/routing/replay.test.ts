import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { keepsNamed, servesFor } from './keeps-named.ts';
import { createReplay } from './replay.ts';
import { compileRules } from './rules.ts';
import type { KeywordRule, RuleSetDefinition } from './rule-set.ts';
import { readStoredDecision, type StoredDecision } from './stored-decision.ts';
import type { SessionState } from './types.ts';
import { ask, candidate, tools, view } from './view.fixture.ts';

const ALL = [
  candidate('small', { tier: 'low', inputPer1M: 0.1 }),
  candidate('middle', { tier: 'medium' }),
  candidate('large', { tier: 'critical', inputPer1M: 10 }),
];
const AUDIT: KeywordRule = { name: 'Audit', keywords: ['audit', 'review'], effects: { tierMin: 'critical' } };
const WORLD = { alive: () => true, now: () => 0 };

const underRules = (definition: RuleSetDefinition, id = 'set') =>
  view(ALL, {}, { rules: [compileRules({ id, name: 'Set', version: 1, definition })] });

/** What the log keeps of a decision, as it comes out of the database. */
function storedOf(text: string, definition: RuleSetDefinition, session: SessionState | null = null) {
  const request = { ...ask(text), session };
  const decision = decide(request, underRules(definition), tools('qa_simple'));
  const given = { session, named: null, spentToday: 0 };
  const stored = readStoredDecision(JSON.parse(JSON.stringify({ ...decision, given })));
  if (stored === null) throw new Error('cannot be read again');
  return { decision, stored, replay: createReplay((id) => (id === 'set' ? definition : null)) };
}

const models = ({ stored, replay }: ReturnType<typeof storedOf>, definition: RuleSetDefinition) => {
  const replayed = replay(stored, underRules(definition, 'other'), WORLD);
  return [replayed?.decision.candidate, replayed?.unjudged.map((it) => it.name)];
};

describe('deciding a stored request again', () => {
  it('under the same rules comes to the same decision, without its texts', () => {
    for (const text of ['Please audit this.', 'What is the capital of France?']) {
      const { decision, stored, replay } = storedOf(text, { rules: [AUDIT] });
      const replayed = replay(stored, underRules({ rules: [AUDIT] }), WORLD);
      expect(replayed).toEqual({ decision, unjudged: [] });
    }
  });

  it('judges a rule by its words, whatever it is called and does', () => {
    const fired = storedOf('Please audit this.', { rules: [AUDIT] });
    const renamed = {
      ...AUDIT,
      name: 'Check',
      keywords: ['review', 'audit'],
      effects: { tierMin: 'medium' },
    };
    expect(models(fired, { rules: [renamed as KeywordRule] })).toEqual(['p/middle', []]);
    expect(models(fired, {})).toEqual(['p/small', []]);
    const silent = storedOf('Hello there', { rules: [AUDIT] });
    expect(models(silent, { rules: [renamed as KeywordRule] })).toEqual(['p/small', []]);
  });

  it('cannot judge words that were not looked for: takes them to match where its name did', () => {
    const fired = storedOf('Please audit this.', { rules: [AUDIT] });
    const more = { ...AUDIT, keywords: ['audit', 'inspect'] };
    expect(models(fired, { rules: [more] })).toEqual(['p/large', ['Audit']]);
    expect(models(fired, { rules: [{ ...more, name: 'New' }] })).toEqual(['p/small', ['New']]);
    expect(models(fired, { rules: [{ ...more, enabled: false }] })).toEqual(['p/small', []]);
    const place: KeywordRule = { ...AUDIT, name: 'System', where: 'system' };
    expect(models(fired, { rules: [place] })).toEqual(['p/small', ['System']]);
    // A rule that was switched off then was not looked for either.
    const off = storedOf('Please audit this.', { rules: [{ ...AUDIT, enabled: false }] });
    expect(models(off, { rules: [AUDIT] })).toEqual(['p/small', ['Audit']]);
  });

  it('knows what the conversation was with', () => {
    const session: SessionState = {
      candidate: 'p/middle',
      category: 'qa_simple',
      tier: 'medium',
      cachedTokens: 90_000,
      turns: 1,
      meanOutputTokens: 10,
    };
    const { decision, stored, replay } = storedOf('word '.repeat(2_000), {}, session);
    expect(decision.selectionMethod).toBe('session');
    expect(replay(stored, underRules({}), WORLD)?.decision).toEqual(decision);
  });

  it('is impossible where a rule named the category and does so no more', () => {
    const named = { ...AUDIT, effects: { category: 'code_generation' } };
    const { stored, replay } = storedOf('Please audit this.', { rules: [named] });
    expect(replay(stored, underRules({ rules: [named] }), WORLD)?.decision.category).toBe('code_generation');
    expect(replay(stored, underRules({}), WORLD)).toBeNull();
  });
});

it('reads no row that says nothing of a decision', () => {
  for (const routing of [null, undefined, 'x', {}, { signals: {} }])
    expect(readStoredDecision(routing)).toBeNull();
  const { stored } = storedOf('x', {});
  const { ruleSets: _sets, given: _given, ...old } = stored;
  expect(readStoredDecision(old)).toEqual({
    ...old,
    ruleSets: [],
    given: { session: null, named: null, spentToday: 0 },
  } satisfies StoredDecision);
});

describe('a model that the client has named', () => {
  const decided = (key: string, forced: 'smart' | 'all') => {
    const seen = view(ALL, { forced });
    return { seen, decision: decide(ask('hi'), seen, tools(key)) };
  };

  it('is kept where routing would make the request dearer', () => {
    const { seen, decision } = decided('code_generation', 'smart');
    expect(decision.candidate).toBe('p/middle');
    expect(keepsNamed(seen, decision, 'small')).toBe(true);
    expect(servesFor(seen, decision, 'small')).toBe('p/small');
    expect(servesFor(seen, decision, 'large')).toBe('p/middle');
    expect(servesFor(seen, decision, null)).toBe('p/middle');
    expect(keepsNamed(seen, decision, 'middle')).toBe(true);
    const all = decided('code_generation', 'all');
    expect(keepsNamed(all.seen, all.decision, 'middle')).toBe(false);
  });
});
