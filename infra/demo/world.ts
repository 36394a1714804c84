/** The places and people of the demo programme. */
import type { Random } from './random.ts'

export interface Place {
  readonly siteCode: string
  readonly name: string
  readonly typeCode: 'county' | 'district' | 'ward' | 'village'
  readonly parent: Place | null
  readonly latitude: number
  readonly longitude: number
}

/** How a worker's phone and days behave. */
export interface Worker {
  readonly username: string
  readonly firstName: string
  readonly lastName: string
  readonly village: Place
  /** Forms wait on the phone until it meets a network: hours on average; 0 for those always connected. */
  readonly offlineHours: number
  /** Days before the end of the programme on which this worker fell silent; null while still working. */
  readonly silentForDays: number | null
  readonly neverStarted: boolean
  readonly left: boolean
  /** Families per worker vary around 1. */
  readonly load: number
  readonly deviceId: string
}

export interface World {
  readonly places: readonly Place[]
  readonly workers: readonly Worker[]
}

export const LOCATION_TYPES = [
  { code: 'county', name: 'County', parent_code: null },
  { code: 'district', name: 'District', parent_code: 'county' },
  { code: 'ward', name: 'Ward', parent_code: 'district' },
  { code: 'village', name: 'Village', parent_code: 'ward' },
] as const

const TREE: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'Baraka North': {
    'Mwangaza Ward': ['Kilele', 'Mtoni', 'Bonde la Juu'],
    'Chemchemi Ward': ['Maji Mapya', 'Jiwe Refu'],
    'Upepo Ward': ['Nyota', 'Kivuli', 'Mlima Mdogo'],
  },
  'Baraka South': {
    'Bandari Ward': ['Pwani', 'Mashua', 'Kisiwa Kidogo'],
    'Mnazi Ward': ['Shamba Kuu', 'Mkoko'],
  },
  'Baraka West': {
    'Tumaini Ward': ['Amani', 'Furaha', 'Njia Panda'],
    'Asali Ward': ['Msitu', 'Nyuki', 'Daraja'],
    'Radi Ward': ['Mawe Meusi'],
  },
}

export const GIVEN_NAMES = [
  'Amina',
  'Zawadi',
  'Neema',
  'Wanjiru',
  'Achieng',
  'Halima',
  'Fatuma',
  'Nyokabi',
  'Subira',
  'Mwanaisha',
  'Atieno',
  'Rehema',
  'Chebet',
  'Naliaka',
  'Makena',
  'Salome',
  'Ruth',
  'Esther',
  'Mariam',
  'Khadija',
  'Wairimu',
  'Akinyi',
  'Jebet',
  'Pendo',
  'Tatu',
  'Saida',
  'Imani',
  'Kendi',
  'Muthoni',
  'Nafula',
  'Rukia',
  'Zuhura',
] as const
export const CHILD_NAMES = [
  'Baraka',
  'Jabari',
  'Zuri',
  'Imara',
  'Otieno',
  'Kamau',
  'Nia',
  'Sefu',
  'Asha',
  'Tumaini',
  'Jelani',
  'Malaika',
  'Kiprop',
  'Wambui',
  'Juma',
  'Leila',
  'Omari',
  'Dalila',
  'Hamisi',
  'Eshe',
] as const
const FAMILY_NAMES = [
  'Mwangi',
  'Odhiambo',
  'Kariuki',
  'Hassan',
  'Barasa',
  'Cheruiyot',
  'Mutua',
  'Wekesa',
  'Kimani',
  'Ali',
  'Njoroge',
  'Omondi',
  'Kiptoo',
  'Musa',
  'Wafula',
  'Gathoni',
  'Abdi',
  'Maina',
  'Koech',
  'Juma',
  'Ndungu',
  'Were',
] as const

export function familyName(random: Random): string {
  return random.pick(FAMILY_NAMES)
}

function siteCode(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')
}

function createPlaces(random: Random): Place[] {
  const place = (name: string, typeCode: Place['typeCode'], parent: Place | null, spread: number): Place => ({
    siteCode: siteCode(name),
    name,
    typeCode,
    parent,
    latitude: (parent?.latitude ?? -1.4) + (random.next() - 0.5) * spread,
    longitude: (parent?.longitude ?? 38.9) + (random.next() - 0.5) * spread,
  })
  const county = place('Baraka', 'county', null, 0)
  const places = [county]
  for (const [districtName, wards] of Object.entries(TREE)) {
    const district = place(districtName, 'district', county, 1.2)
    places.push(district)
    for (const [wardName, villages] of Object.entries(wards)) {
      const ward = place(wardName, 'ward', district, 0.4)
      places.push(ward, ...villages.map((name) => place(name, 'village', ward, 0.12)))
    }
  }
  return places
}

/** 60 workers, spread over the villages: six silent for weeks, three who never began, one who left. */
export function createWorld(random: Random, workerCount = 60): World {
  const places = createPlaces(random)
  const villages = places.filter((place) => place.typeCode === 'village')
  const taken = new Set<string>()
  const workers = Array.from({ length: workerCount }, (_, index): Worker => {
    const village = villages[index % villages.length] ?? random.pick(villages)
    const firstName = random.pick(GIVEN_NAMES)
    const lastName = familyName(random)
    let username = `${firstName}.${lastName}`.toLowerCase()
    for (let suffix = 2; taken.has(username); suffix += 1)
      username = `${firstName}.${lastName}${suffix}`.toLowerCase()
    taken.add(username)
    const silent = index % 10 === 7
    return {
      username,
      firstName,
      lastName,
      village,
      offlineHours: index % 4 === 3 ? random.int(12, 70) : 0,
      silentForDays: silent ? random.int(12, 40) : index === 41 ? 25 : null,
      neverStarted: index % 20 === 14,
      left: index === 41,
      load: Math.max(0.5, random.normal(1, 0.18)),
      deviceId: `commcare_${random.uuid()}`,
    }
  })
  return { places, workers }
}
