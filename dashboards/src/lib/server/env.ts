/** The one door to the environment. */
import { API_URL } from '$app/env/private'

/** Base address of the API, without a slash at its end. */
export const apiUrl = API_URL.replace(/\/+$/, '')
