import { describe, expect, it } from 'vitest';
import { createMatcher, keyNames, type KeyPress, type Shortcut } from './keys.ts';

const LIST: readonly Shortcut[] = ['?', 'j', 'Mod+k', 'g r', 'g j'].map((keys) => ({
  keys,
  label: keys,
  run: () => undefined,
}));

function typist() {
  let now = 0;
  const match = createMatcher(() => now);
  return {
    press(key: string, held: Partial<KeyPress> = {}): string | null {
      const press = { key, ctrlKey: false, metaKey: false, altKey: false, ...held };
      return match(press, LIST)?.keys ?? null;
    },
    wait(ms: number): void {
      now += ms;
    },
  };
}

describe('a shortcut', () => {
  it('is found by its key, held keys included', () => {
    const { press } = typist();
    expect(press('j')).toBe('j');
    expect(press('?')).toBe('?');
    expect(press('x')).toBeNull();
    expect(press('k', { ctrlKey: true })).toBe('Mod+k');
    expect(press('K', { metaKey: true })).toBe('Mod+k');
    expect(press('k')).toBeNull();
    expect(press('j', { ctrlKey: true })).toBeNull();
    expect(press('j', { altKey: true })).toBeNull();
  });

  it('of two keys is found when the second comes in time', () => {
    const { press, wait } = typist();
    expect([press('g'), press('r')]).toEqual([null, 'g r']);
    expect([press('g'), press('j'), press('j')]).toEqual([null, 'g j', 'j']);
    expect([press('g'), press('x'), press('r')]).toEqual([null, null, null]);
    expect([press('g'), press('g'), press('r')]).toEqual([null, null, 'g r']);
    expect(press('g')).toBeNull();
    wait(1_001);
    expect(press('r')).toBeNull();
  });
});

describe('the names of keys', () => {
  it('are those that are printed on them', () => {
    expect(keyNames('Mod+k', false)).toEqual(['Ctrl', 'K']);
    expect(keyNames('Mod+k', true)).toEqual(['⌘', 'K']);
    expect(keyNames('g r', false)).toEqual(['G', 'R']);
    expect(keyNames('Escape', false)).toEqual(['Esc']);
    expect(keyNames('?', false)).toEqual(['?']);
  });
});
