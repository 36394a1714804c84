/** One worksheet of an Office Open XML workbook, as text: inline strings, every row and cell with its reference. */
import type { Cell } from './csv.ts'

/** Excel's limits. */
const MAX_CELL_LENGTH = 32_767
export const MAX_ROWS = 1_048_576

/** 0 → A, 25 → Z, 26 → AA. */
export function toColumnName(index: number): string {
  const rest = Math.floor(index / 26)
  return (rest === 0 ? '' : toColumnName(rest - 1)) + String.fromCodePoint(65 + (index % 26))
}

/** XML 1.0 cannot hold most control characters or lone surrogates, not even escaped: they are left out. */
export function escapeSheetText(text: string): string {
  return (
    text
      .slice(0, MAX_CELL_LENGTH)
      // eslint-disable-next-line no-control-regex -- control characters are what is looked for
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replaceAll(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
  )
}

function toSheetCell(cell: Cell, reference: string, style: string): string {
  if (cell === null) return ''
  if (typeof cell === 'number' && Number.isFinite(cell))
    return `<c r="${reference}"${style}><v>${cell}</v></c>`
  const text = escapeSheetText(String(cell))
  return `<c r="${reference}"${style} t="inlineStr"><is><t xml:space="preserve">${text}</t></is></c>`
}

/** Names need more room than numbers; in characters. Rows are not known before they are written, so widths are fixed. */
const COLUMNS =
  '<cols><col min="1" max="2" width="26" customWidth="1"/><col min="3" max="16384" width="18" customWidth="1"/></cols>'

/** @param rows the first is the heading. */
export function* writeSheet(rows: Iterable<readonly Cell[]>): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
  yield COLUMNS
  yield '<sheetData>'
  let number = 0
  for (const row of rows) {
    number += 1
    if (number > MAX_ROWS) break
    const style = number === 1 ? ' s="1"' : ''
    const cells = row
      .map((cell, column) => toSheetCell(cell, `${toColumnName(column)}${number}`, style))
      .join('')
    yield `<row r="${number}">${cells}</row>`
  }
  yield '</sheetData></worksheet>'
}
