const RADIANS = Math.PI / 180
/** WGS 84 (NGA.STND.0036), and UTM's scale on the middle meridian. */
const A = 6_378_137
const E2 = 0.006_694_379_990_141_316
const K0 = 0.9996
const BANDS = 'CDEFGHJKLMNPQRSTUVWX'
const ROWS = 'ABCDEFGHJKLMNPQRSTUV'
const COLUMNS = ['ABCDEFGH', 'JKLMNPQR', 'STUVWXYZ'] as const

/** The UTM zone, with the exceptions around Norway and Svalbard. */
function zoneOf(lon: number, lat: number): number {
  if (lat >= 56 && lat < 64 && lon >= 3 && lon < 12) return 32
  if (lat >= 72 && lon >= 0 && lon < 42) return lon < 9 ? 31 : lon < 21 ? 33 : lon < 33 ? 35 : 37
  return (((Math.floor((lon + 180) / 6) % 60) + 60) % 60) + 1
}

/**
 * The military grid reference of a point, to a metre; "" near the poles, where another grid is used.
 * NGA.SIG.0012 (The Universal Grids): transverse Mercator as a series of Redfearn, good to a millimetre inside of a zone.
 */
export function mgrs(lon: number, lat: number): string {
  if (!(lat >= -80 && lat < 84)) return ''
  const zone = zoneOf(lon, lat)
  const [phi, lambda] = [lat * RADIANS, (lon - (6 * zone - 183)) * RADIANS]
  const [sin, cos] = [Math.sin(phi), Math.cos(phi)]
  const e2 = E2 / (1 - E2)
  const n = A / Math.sqrt(1 - E2 * sin * sin)
  const t = (sin / cos) ** 2
  const c = e2 * cos * cos
  const a = cos * lambda
  const east =
    500_000 + K0 * n * (a + ((1 - t + c) * a ** 3) / 6 + ((5 - 18 * t + t * t + 72 * c - 58 * e2) * a ** 5) / 120)
  const rest =
    (a * a) / 2 +
    ((5 - t + 9 * c + 4 * c * c) * a ** 4) / 24 +
    ((61 - 58 * t + t * t + 600 * c - 330 * e2) * a ** 6) / 720
  const north = K0 * (arc(phi) + n * (sin / cos) * rest) + (lat < 0 ? 10_000_000 : 0)
  const band = BANDS[Math.min(19, Math.floor((lat + 80) / 8))] ?? ''
  const column = (COLUMNS[(zone - 1) % 3] ?? '')[Math.floor(east / 100_000) - 1] ?? ''
  const row = ROWS[(Math.floor(north / 100_000) + (zone % 2 === 0 ? 5 : 0)) % 20] ?? ''
  const five = (metres: number): string => String(Math.floor(metres % 100_000)).padStart(5, '0')
  return `${zone}${band} ${column}${row} ${five(east)} ${five(north)}`
}

/** Metres from the equator along the meridian. */
function arc(phi: number): number {
  const [e4, e6] = [E2 * E2, E2 ** 3]
  return (
    A *
    ((1 - E2 / 4 - (3 * e4) / 64 - (5 * e6) / 256) * phi -
      ((3 * E2) / 8 + (3 * e4) / 32 + (45 * e6) / 1024) * Math.sin(2 * phi) +
      ((15 * e4) / 256 + (45 * e6) / 1024) * Math.sin(4 * phi) -
      ((35 * e6) / 3072) * Math.sin(6 * phi))
  )
}
