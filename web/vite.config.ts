import { join } from 'node:path';
import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig, loadEnv } from 'vite';
import type { Plugin } from 'vite';

/** Where `vite dev` finds the server; the console itself only ever speaks to its own origin. */
const PROXIED = ['/graphql', '/api', '/v1', '/health'];

/** Components of others with a style attribute, which our content security policy refuses; a class does the same. */
const STYLED = [
  {
    // SvelteKit hides the element that announces navigations.
    file: /@sveltejs\/kit\/src\/runtime\/components\/root\.svelte$/,
    style: /(id="svelte-announcer"[^>]*?)\sstyle="[^"]*"/,
    instead: '$1 class="visually-hidden"',
  },
  {
    // Wrappers of the command palette.
    file: /bits-ui\/dist\/bits\/command\/components\/command-(?:group-items|item)\.svelte$/,
    style: /style="display: contents;"/,
    instead: 'class="contents"',
  },
] as const;

/** Puts classes in their place. Fails the build when one of them changes, so that it is not forgotten. */
function classesForStyles(): Plugin {
  const seen = new Set<RegExp>();
  return {
    name: 'prism:classes-for-styles',
    enforce: 'pre',
    transform: {
      filter: { id: STYLED.map(({ file }) => file) },
      handler(code, id) {
        const styled = STYLED.find(({ file }) => file.test(id));
        if (styled === undefined) return null;
        seen.add(styled.file);
        const changed = code.replace(styled.style, styled.instead);
        if (changed === code) this.error(`The style attribute in ${id} has changed: look at it again.`);
        return { code: changed, map: null };
      },
    },
    buildEnd() {
      if (this.environment.name !== 'client') return;
      for (const { file } of STYLED) if (!seen.has(file)) this.error(`${file} was not found.`);
    },
  };
}

export default defineConfig(({ mode }) => {
  const { PORT = '3000' } = loadEnv(mode, import.meta.dirname, 'PORT');
  const target = `http://127.0.0.1:${PORT}`;
  return {
    root: import.meta.dirname,
    plugins: [
      classesForStyles(),
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
