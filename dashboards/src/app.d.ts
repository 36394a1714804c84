declare namespace App {
  interface Error {
    /** The code of the problem, to search for and to quote. */
    code: string
  }
}
