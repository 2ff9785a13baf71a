import { join } from 'node:path';
import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig, loadEnv } from 'vite';
import type { Plugin } from 'vite';

/** Where `vite dev` finds the server; the console itself only ever speaks to its own origin. */
const PROXIED = ['/graphql', '/api', '/v1', '/health'];

/**
 * SvelteKit hides the element that announces navigations with a style attribute, which our content security policy
 * refuses. A class does the same. Fails the build when SvelteKit changes, so that it is not forgotten.
 */
function announcerByClass(): Plugin {
  let isDone = false;
  return {
    name: 'prism:announcer-by-class',
    enforce: 'pre',
    transform: {
      filter: { id: /@sveltejs\/kit\/src\/runtime\/components\/root\.svelte$/ },
      handler(code) {
        isDone = true;
        const changed = code.replace(
          /(id="svelte-announcer"[^>]*?)\sstyle="[^"]*"/,
          '$1 class="visually-hidden"',
        );
        if (changed === code) this.error('SvelteKit’s announcer has changed: look at it again.');
        return { code: changed, map: null };
      },
    },
    buildEnd() {
      if (!isDone && this.environment.name === 'client') this.error('SvelteKit’s announcer was not found.');
    },
  };
}

export default defineConfig(({ mode }) => {
  const { PORT = '3000' } = loadEnv(mode, import.meta.dirname, 'PORT');
  const target = `http://127.0.0.1:${PORT}`;
  return {
    root: import.meta.dirname,
    plugins: [
      announcerByClass(),
      sveltekit({
        // Absolute: the build is started from the root as well as from here.
        adapter: adapter({
          pages: join(import.meta.dirname, 'build'),
          fallback: 'index.html',
          precompress: true,
        }),
        compilerOptions: { runes: true },
      }),
    ],
    // Files of our own, never data: URLs, which the content security policy refuses.
    build: { assetsInlineLimit: 0, target: 'es2022' },
    server: { proxy: Object.fromEntries(PROXIED.map((path) => [path, { target, ws: true }])) },
  };
});
