/**
 * Transforms: a value made fit to show, in report columns and in `expression` indicators.
 * Source: reference §6.15.
 */
export const CUSTOM_TRANSFORMS = [
  'month_display',
  'days_elapsed_from_date',
  'user_display',
  'user_display_including_name',
  'user_without_domain_display',
  'owner_display',
  'short_decimal_display',
  'ethiopian_date_to_gregorian_date',
  'gregorian_date_to_ethiopian_date',
] as const
export type CustomTransform = (typeof CUSTOM_TRANSFORMS)[number]

/** A text, or one text a language. */
export type Localized = string | Readonly<Record<string, string>>

export type Transform =
  | { readonly type: 'custom'; readonly custom_type: CustomTransform }
  | { readonly type: 'date_format'; readonly format: string }
  | { readonly type: 'number_format'; readonly format_string: string }
  | {
      readonly type: 'translation'
      readonly translations: Readonly<Record<string, Localized>>
      /** On a phone the app translates, so the raw value goes out. */
      readonly mobile_or_web: 'mobile' | 'web'
    }
  | {
      readonly type: 'multiple_value_string_translation'
      readonly translations: Readonly<Record<string, Localized>>
      readonly mobile_or_web: 'mobile' | 'web'
      readonly delimiter: string
    }
export type TransformType = Transform['type']
