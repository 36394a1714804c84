/** What a load function depends on when its numbers follow the stream. */
export const NUMBERS = 'casehouse:numbers'
