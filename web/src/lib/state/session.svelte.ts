import { loginAddress } from '#lib/actions/leave.ts';
import { consoleFetch } from '#lib/graphql/fetch.ts';
import { guard } from './leave-guard.svelte.ts';

/** What tabs of the console tell each other. */
type News = { readonly kind: 'began'; readonly user: string } | { readonly kind: 'over' };

/**
 * Whose pages are open. The session itself is in a cookie out of reach of scripts, shared by all tabs: when one of
 * them signs in or out, the others follow.
 */
class Session {
  /** Null = nobody's: the sign-in page, or not known yet. */
  user = $state.raw<string | null>(null);
  /** It has ended while a page is open: the layout asks for the password. */
  ended = $state(false);
  /** The page of the console that one was on the way to when the setup came first. */
  wanted = '/';
  /** How often it was begun again; a call that began before learns from it that it may just be repeated. */
  renewals = 0;
  #renewal: PromiseWithResolvers<boolean> | null = null;
  readonly #channel = new BroadcastChannel('prism.session');

  constructor() {
    this.#channel.addEventListener('message', (event: MessageEvent<News>) => this.#hear(event.data));
  }

  /**
   * Has the user sign in again, over the page that is open. True = the same user is back, and what failed may be
   * repeated; false = there is no page to go on with.
   */
  renew(since: number): Promise<boolean> {
    if (since !== this.renewals) return Promise.resolve(true);
    if (this.user === null) return Promise.resolve(false);
    if (this.#renewal === null) {
      this.#renewal = Promise.withResolvers<boolean>();
      void this.#askUnlessBack();
    }
    return this.#renewal.promise;
  }

  /** Somebody has signed in, here. */
  begin(user: string): void {
    this.#channel.postMessage({ kind: 'began', user } satisfies News);
    this.#goOn(user);
  }

  /** The session is over, as the user wished; nothing asks for it any more. */
  end(): void {
    this.user = null;
    this.#settle(false);
    this.#channel.postMessage({ kind: 'over' } satisfies News);
  }

  /** To the sign-in page, away from a page that cannot go on. */
  leave(): void {
    this.user = null;
    guard.release();
    location.assign(loginAddress(location.pathname + location.search));
  }

  /** Another tab may have signed in already, or this one has changed the password. */
  async #askUnlessBack(): Promise<void> {
    const user = await whoAmI();
    if (user !== null) this.#goOn(user);
    else if (this.#renewal !== null) this.ended = true;
  }

  #hear(news: News): void {
    if (news.kind === 'began') this.#goOn(news.user);
    else if (this.user !== null) this.leave();
  }

  #goOn(user: string): void {
    if (this.user === null) return;
    if (user === this.user) return this.#settle(true);
    // What is on the page is another user's.
    guard.release();
    location.reload();
  }

  #settle(back: boolean): void {
    if (back) this.renewals += 1;
    this.ended = false;
    this.#renewal?.resolve(back);
    this.#renewal = null;
  }
}

/** Asked past the client, which would ask us in turn. Null = nobody, or no answer. */
async function whoAmI(): Promise<string | null> {
  try {
    const response = await consoleFetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ me { username } }' }),
    });
    const answer = (await response.json()) as { data?: { me?: { username?: string } } | null };
    return answer.data?.me?.username ?? null;
  } catch {
    return null;
  }
}

export const session = new Session();
