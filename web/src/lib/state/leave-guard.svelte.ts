import { goto, type BeforeNavigate } from '$app/navigation';

/** Keeps what was typed and not saved: who is about to leave it is asked first, by the root layout's dialog. */
class LeaveGuard {
  /** What one wanted to do; null = nothing is asked. */
  asked = $state.raw<(() => void) | null>(null);
  readonly #watched = new Set<() => boolean>();
  #released = false;

  /** Returns what ends it. */
  watch(isChanged: () => boolean): () => void {
    this.#watched.add(isChanged);
    return () => this.#watched.delete(isChanged);
  }

  get holds(): boolean {
    return !this.#released && [...this.#watched].some((isChanged) => isChanged());
  }

  /** Does it now, or once the user has agreed to lose what is not saved. */
  before(act: () => void): void {
    if (this.holds) this.asked = act;
    else act();
  }

  /** For beforeNavigate. Another query is still the same page. */
  check(navigation: BeforeNavigate): void {
    if (!this.holds) return;
    // Leaving the console altogether: the browser asks in its own words.
    if (navigation.willUnload) return navigation.cancel();
    const { to, from } = navigation;
    if (to === null || to.url.pathname === from?.url.pathname) return;
    navigation.cancel();
    this.asked =
      navigation.type === 'popstate' ? () => history.go(navigation.delta) : () => void goto(to.url);
  }

  stay(): void {
    this.asked = null;
  }

  leave(): void {
    const act = this.asked;
    this.asked = null;
    this.release();
    act?.();
  }

  /** Nothing is held any more, until the next page is there. */
  release(): void {
    this.#released = true;
  }

  /** For afterNavigate. */
  arrived(): void {
    this.#released = false;
  }
}

export const guard = new LeaveGuard();
