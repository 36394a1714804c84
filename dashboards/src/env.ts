/** The environment of the dashboards' server; read through `#lib/server/env.ts` only. */
import { defineEnvVars } from '@sveltejs/kit/env'
import { z } from 'zod'

export const variables = defineEnvVars({
  API_URL: {
    description: 'Where the API answers, as this process reaches it, without a path.',
    schema: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:8080'),
  },
})
