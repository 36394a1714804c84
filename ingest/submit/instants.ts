/** The clock's time as the rest of ingest writes instants: ISO 8601 UTC with six fraction digits. */
export function instantOf(date: Date): string {
  return `${date.toISOString().slice(0, -1)}000Z`
}
