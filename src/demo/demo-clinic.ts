import type { Resource } from '#fhir/resource.ts'

/** A small clinic with a week of free and taken slots from `today` on; pure, so that a test can ask what is in it. */
export function buildDemoClinic(today: Temporal.PlainDate, timeZone: string): Resource[] {
  const days = nextWorkingDays(today, 5)
  const slots = practitioners.flatMap((practitioner) =>
    days.flatMap((day) => buildSlots(practitioner.id, day, timeZone)),
  )
  const patients = buildPatients()
  return [
    organization,
    room,
    ...practitioners.map(buildPractitioner),
    ...practitioners.map(buildRole),
    service,
    ...practitioners.map((practitioner) => buildSchedule(practitioner.id, days)),
    ...patients,
    ...slots,
    ...buildAppointments(slots, patients),
  ]
}

const practitioners = [
  { id: 'dr-adams', given: 'Grace', family: 'Adams' },
  { id: 'dr-novak', given: 'Jan', family: 'Novák' },
] as const

const organization: Resource = {
  resourceType: 'Organization',
  id: 'clinic',
  active: true,
  name: 'Almanac Demo Clinic',
}

const room: Resource = {
  resourceType: 'Location',
  id: 'room-1',
  status: 'active',
  name: 'Room 1',
  mode: 'instance',
  managingOrganization: { reference: 'Organization/clinic' },
}

const service: Resource = {
  resourceType: 'HealthcareService',
  id: 'general-practice',
  active: true,
  providedBy: { reference: 'Organization/clinic' },
  name: 'General practice',
  type: [
    {
      coding: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/service-type',
          code: '124',
          display: 'General Practice',
        },
      ],
    },
  ],
  location: [{ reference: 'Location/room-1' }],
}

function buildPractitioner({ id, given, family }: (typeof practitioners)[number]): Resource {
  return {
    resourceType: 'Practitioner',
    id,
    active: true,
    name: [{ use: 'official', family, given: [given], prefix: ['Dr.'] }],
  }
}

function buildRole({ id }: { readonly id: string }): Resource {
  return {
    resourceType: 'PractitionerRole',
    id: `role-${id}`,
    active: true,
    practitioner: { reference: `Practitioner/${id}` },
    organization: { reference: 'Organization/clinic' },
    location: [{ reference: 'Location/room-1' }],
  }
}

function buildSchedule(practitioner: string, days: readonly Temporal.PlainDate[]): Resource {
  return {
    resourceType: 'Schedule',
    id: `schedule-${practitioner}`,
    active: true,
    serviceType: service.type,
    actor: [{ reference: `Practitioner/${practitioner}` }, { reference: 'Location/room-1' }],
    planningHorizon: { start: days[0]?.toString(), end: days.at(-1)?.toString() },
  }
}

/** Half hours from nine to five, with an hour for lunch. */
const startsOfDay = [
  '09:00',
  '09:30',
  '10:00',
  '10:30',
  '11:00',
  '11:30',
  '13:00',
  '13:30',
  '14:00',
  '14:30',
  '15:00',
  '15:30',
  '16:00',
  '16:30',
]

function buildSlots(practitioner: string, day: Temporal.PlainDate, timeZone: string): Resource[] {
  return startsOfDay.map((time) => {
    const start = day.toZonedDateTime({ timeZone, plainTime: time })
    return {
      resourceType: 'Slot',
      id: `slot-${practitioner}-${day}-${time.replace(':', '')}`,
      serviceType: service.type,
      schedule: { reference: `Schedule/schedule-${practitioner}` },
      status: 'free',
      start: instantOf(start),
      end: instantOf(start.add({ minutes: 30 })),
    }
  })
}

/** FHIR's instant: with seconds and an offset, without Temporal's zone name. */
const instantOf = (time: Temporal.ZonedDateTime): string =>
  time.toString({ timeZoneName: 'never', smallestUnit: 'second' })

function nextWorkingDays(today: Temporal.PlainDate, count: number): Temporal.PlainDate[] {
  const days: Temporal.PlainDate[] = []
  for (let day = today.add({ days: 1 }); days.length < count; day = day.add({ days: 1 }))
    if (day.dayOfWeek <= 5) days.push(day)
  return days
}

const families = [
  'Svoboda',
  'Dvořák',
  'Müller',
  'García',
  'Okafor',
  'Nguyen',
  'Rossi',
  'Kowalska',
  'Haddad',
  'Smith',
]
const given = ['Anna', 'Tomáš', 'Lena', 'Carlos', 'Ngozi', 'Minh', 'Giulia', 'Piotr', 'Layla', 'John']

function buildPatients(): Resource[] {
  return Array.from({ length: 20 }, (_, index) => ({
    resourceType: 'Patient',
    id: `patient-${index + 1}`,
    identifier: [{ system: 'https://almanac.example/mrn', value: `A-${1001 + index}` }],
    active: true,
    name: [{ use: 'official', family: families[index % 10], given: [given[(index * 3) % 10]] }],
    gender: index % 2 === 0 ? 'female' : 'male',
    birthDate: `${1945 + index * 3}-${String(1 + (index % 12)).padStart(2, '0')}-15`,
    generalPractitioner: [{ reference: `Practitioner/${practitioners[index % 2]?.id}` }],
    managingOrganization: { reference: 'Organization/clinic' },
  }))
}

/** Every ninth slot is taken, so that a search for free ones has something to leave out. */
function buildAppointments(slots: readonly Resource[], patients: readonly Resource[]): Resource[] {
  return slots
    .filter((_, index) => index % 9 === 4)
    .map((slot, index) => {
      slot.status = 'busy'
      const actors = [
        `Patient/${patients[index % patients.length]?.id}`,
        `Practitioner/${String(slot.id).includes('dr-adams') ? 'dr-adams' : 'dr-novak'}`,
        'Location/room-1',
      ]
      return {
        resourceType: 'Appointment',
        id: `appointment-${index + 1}`,
        status: 'booked',
        serviceType: service.type,
        slot: [{ reference: `Slot/${slot.id}` }],
        start: slot.start,
        end: slot.end,
        participant: actors.map((reference) => ({ actor: { reference }, status: 'accepted' })),
      }
    })
}
