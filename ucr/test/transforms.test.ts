/** Transforms (§6.15): one row a rule. */
import { expect, it } from 'vitest'
import { parseTransform } from '../index.ts'
import type { DictValue, Value } from '../contract.ts'
import { readDay, readInstant } from '../value/dates.ts'
import { interpreterOver, shown, unwrap } from './short-words.ts'

const documents: readonly DictValue[] = [
  {
    _id: 'u',
    doc_type: 'CommCareUser',
    domain: 'd',
    username: 'nurse@d.example',
    first_name: 'Ada',
    last_name: 'L',
  },
  { _id: 'g', doc_type: 'Group', domain: 'd', name: 'Team' },
  { _id: 'l', doc_type: 'Location', domain: 'd', name: 'Home' },
]

function transformed(spec: unknown, value: Value): string {
  return shown(interpreterOver({ documents }).transform(unwrap(parseTransform(spec)), value, 'd'))
}

const custom = (custom_type: string) => ({ type: 'custom', custom_type })
const number = (format_string: string) => ({ type: 'number_format', format_string })
const colours = {
  type: 'translation',
  translations: { r: { en: 'Red', fr: 'Rouge' }, g: 'Green', b: { hi: 'Nila', es: 'Azul' } },
}

type Row = readonly [string, unknown, Value, string]
const ROWS: readonly Row[] = [
  ['a month by its number', custom('month_display'), '3', 'March'],
  ['no such month', custom('month_display'), 13, ''],
  ['days since a day', custom('days_elapsed_from_date'), readDay('2020-02-01'), '28'],
  ['a user without the domain', custom('user_display'), 'u', 'nurse'],
  ['an unknown user stays its id', custom('user_display'), 'x', 'x'],
  ['a user with the name', custom('user_display_including_name'), 'u', 'nurse "Ada L"'],
  ['an owner may be a group', custom('owner_display'), 'g', 'Team'],
  ['an owner may be a place', custom('owner_display'), 'l', 'Home'],
  ['a username without the domain', custom('user_without_domain_display'), 'a@b.c', 'a'],
  ['two digits', custom('short_decimal_display'), 2.345, '2.35'],
  ['what is no number stays', custom('short_decimal_display'), '2.345', '2.345'],
  ['a date by a pattern', { type: 'date_format', format: '%d %b %Y' }, readDay('2020-02-03'), '03 Feb 2020'],
  [
    'a time by a pattern',
    { type: 'date_format', format: '%H:%M %p' },
    readInstant('2020-02-03T14:05:00Z'),
    '14:05 PM',
  ],
  ['no date is blank', { type: 'date_format', format: '%Y' }, null, ''],
  ['a text stays', { type: 'date_format', format: '%Y' }, 'soon', 'soon'],
  ['a number in text is formatted', number('{0:.0f}'), '11.23', '11'],
  ['groups of thousands', number('{:,.2f}'), 1234567.891, '1,234,567.89'],
  ['halves go to the even digit', number('{:.0f}'), 2.5, '2'],
  ['a share', number('{:.1%}'), 0.256, '25.6%'],
  ['width and zeros', number('{:07.2f}'), -3.14159, '-003.14'],
  ['scientific', number('{:.2e}'), 12345, '1.23e+04'],
  ['shortest', number('{:g}'), 0.00001234, '1.234e-05'],
  ['words around it', number('{0} kg {{net}}'), 5, '5 kg {net}'],
  ['a pattern that does not fit leaves the value', number('{1}'), 5, '5'],
  ['what is no number is left', number('{0:.0f}'), 'five', 'five'],
  ['a translation in the language of the reader', colours, 'r', 'Red'],
  ['without a language of its own', colours, 'g', 'Green'],
  ['neither own nor English: the first by code', colours, 'b', 'Azul'],
  ['an unknown value stays', colours, 'x', 'x'],
  [
    'pairs are read like objects',
    { type: 'translation', translations: [['r', [['en', 'Red']]]] },
    'r',
    'Red',
  ],
  [
    'several words',
    { ...colours, type: 'multiple_value_string_translation', delimiter: ',' },
    'r,g,x',
    'Red,Green,x',
  ],
  ['on a phone nothing is translated', { ...colours, mobile_or_web: 'mobile' }, 'r', 'r'],
]

it.each(ROWS)('%s', (_, spec, value, expected) => {
  expect(transformed(spec, value)).toBe(expected)
})
