type Mutable<T> = T extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
    : T

/** zod's inputs are typed mutable; nothing is changed. */
export function toMutable<T>(value: T): Mutable<T> {
  return value as Mutable<T>
}
