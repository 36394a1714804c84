/** Something that must not be. */
export interface Finding {
  /**
   * `lost`: acknowledged and not there. `double`: there more than once. `stranger`: nobody sent it. `state`: there, and not as
   * acknowledged. `order`: not in the order in which its client had it acknowledged. `sum`: a number of the warehouse is not
   * Postgres's. `feed`: an event waits or is parked. `answer`: a client was told what must not be.
   */
  readonly kind: 'lost' | 'double' | 'stranger' | 'state' | 'order' | 'sum' | 'feed' | 'answer'
  readonly place: 'postgres' | 'warehouse' | 'feed' | 'archive' | 'client' | 'platform'
  readonly id: string
  readonly detail: string
}
