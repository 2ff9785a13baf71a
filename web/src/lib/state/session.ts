/** The token of the signed-in user. Kept per browser, so that a link opened in a new tab finds it. */
const STORED = 'prism.token';

export const session = {
  get token(): string | null {
    return localStorage.getItem(STORED);
  },
  start(token: string): void {
    localStorage.setItem(STORED, token);
  },
  end(): void {
    localStorage.removeItem(STORED);
  },
};
