/** Small pictures for the few forms that carry one, drawn here so that no real photo is needed. */
import { crc32, deflateSync } from 'node:zlib'

const SIDE = 96

function chunk(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), body])
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(typed))
  return Buffer.concat([length, typed, sum])
}

/** The colour of one pixel: a card with a heading and lines of writing on a tinted table. */
function pixel(x: number, y: number, tint: number): [number, number, number] {
  const onCard = x > 14 && x < 82 && y > 8 && y < 88
  if (!onCard) return [90 + (tint % 60), 110 + (tint % 40), 105]
  if (y < 22) return [20, 92 + (tint % 50), 120]
  const written = y % 9 < 2 && x > 20 && x < 40 + ((y * 7 + tint) % 36)
  return written ? [70, 74, 82] : [246, 243, 234]
}

/** A PNG of 96 × 96 pixels; `seed` varies it. */
export function drawHealthCard(seed: string): Buffer {
  const tint = crc32(Buffer.from(seed)) % 97
  const rows = Buffer.alloc(SIDE * (1 + SIDE * 3))
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) rows.set(pixel(x, y, tint), y * (1 + SIDE * 3) + 1 + x * 3)
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(SIDE, 0)
  header.writeUInt32BE(SIDE, 4)
  header.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
