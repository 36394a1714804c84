import { join } from 'node:path'
import adapter from '@sveltejs/adapter-node'
import { sveltekit } from '@sveltejs/kit/vite'
import { defineConfig, loadEnv } from 'vite'

const here = import.meta.dirname
const api = loadEnv('development', here, 'API_URL')['API_URL'] ?? 'http://127.0.0.1:8080'

/** What the API answers itself; in production its process stands in front, in development Vite passes it on. */
const API_PATHS = ['^/api/', '^/a/[^/]+/api/']

export default defineConfig({
  root: here,
  plugins: [
    sveltekit({
      adapter: adapter({ out: join(here, 'build'), precompress: true }),
      // The origin check is ours (src/hooks.server.ts): the app never knows under which scheme a proxy serves it.
      csrf: { trustedOrigins: ['*'] },
      csp: {
        mode: 'nonce',
        directives: {
          'default-src': ['self'],
          'script-src': ['self'],
          'style-src': ['self'],
          // The style attribute of SvelteKit's own announcer of new pages to screen readers; no other may be inline.
          'style-src-attr': ['unsafe-hashes', 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='],
          'img-src': ['self', 'data:', 'blob:'],
          'connect-src': ['self'],
          'object-src': ['none'],
          'base-uri': ['self'],
          'form-action': ['self'],
          'frame-ancestors': ['none'],
        },
      },
    }),
  ],
  server: { proxy: Object.fromEntries(API_PATHS.map((path) => [path, api])) },
})
