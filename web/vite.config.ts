import { join } from 'node:path';
import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig, loadEnv } from 'vite';

/** Where `vite dev` finds the server; the console itself only ever speaks to its own origin. */
const PROXIED = ['/graphql', '/api', '/v1', '/health'];

export default defineConfig(({ mode }) => {
  const { PORT = '3000' } = loadEnv(mode, import.meta.dirname, 'PORT');
  const target = `http://127.0.0.1:${PORT}`;
  return {
    root: import.meta.dirname,
    plugins: [
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
