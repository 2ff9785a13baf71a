/** The server sends one document for every page; the console draws itself in the browser. */
export const ssr = false;
export const prerender = false;
