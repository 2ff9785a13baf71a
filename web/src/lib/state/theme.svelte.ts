/** system = as the device says. */
export type Theme = 'system' | 'light' | 'dark';

/** Also read by app.html, before the first paint. */
const STORED = 'prism.theme';

const NEXT = { system: 'light', light: 'dark', dark: 'system' } as const satisfies Record<Theme, Theme>;

class ThemeChoice {
  current = $state<Theme>(read());

  next(): void {
    this.choose(NEXT[this.current]);
  }

  choose(choice: Theme): void {
    this.current = choice;
    if (this.current === 'system') {
      localStorage.removeItem(STORED);
      delete document.documentElement.dataset.theme;
    } else {
      localStorage.setItem(STORED, this.current);
      document.documentElement.dataset.theme = this.current;
    }
  }
}

function read(): Theme {
  const stored = document.documentElement.dataset.theme;
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

export const theme = new ThemeChoice();
