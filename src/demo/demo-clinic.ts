import type {
  Appointment,
  FhirResource,
  HealthcareService,
  Location,
  Organization,
  Patient,
  Practitioner,
  PractitionerRole,
  Schedule,
  Slot,
} from 'fhir/r4.d.ts'

/** A small clinic with a week of free and taken slots from `today` on; pure, so that a test can ask what is in it. */
export function buildDemoClinic(today: Temporal.PlainDate, timeZone: string): FhirResource[] {
  const days = nextWorkingDays(today, 5)
  const slots = practitioners.flatMap((practitioner) =>
    days.flatMap((day) => buildSlots(practitioner.id, day, timeZone)),
  )
  const patients = buildPatients()
  return [
    buildOrganization(timeZone),
    ...practitioners.map(buildRoom),
    ...practitioners.map(buildPractitioner),
    ...practitioners.map(buildRole),
    service,
    ...practitioners.map((practitioner) => buildSchedule(practitioner, today)),
    ...patients,
    ...slots,
    ...buildAppointments(slots, patients),
  ]
}

const practitioners = [
  { id: 'dr-adams', given: 'Grace', family: 'Adams', room: 'room-1' },
  { id: 'dr-novak', given: 'Jan', family: 'Novák', room: 'room-2' },
] as const

type DemoPractitioner = (typeof practitioners)[number]

function buildOrganization(timeZone: string): Organization {
  return {
    resourceType: 'Organization',
    id: 'clinic',
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/timezone', valueCode: timeZone }],
    active: true,
    name: 'Almanac Demo Clinic',
  }
}

function buildRoom({ room }: DemoPractitioner): Location {
  return {
    resourceType: 'Location',
    id: room,
    status: 'active',
    name: `Room ${room.at(-1)}`,
    mode: 'instance',
    managingOrganization: { reference: 'Organization/clinic' },
  }
}

const service = {
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
  location: practitioners.map(({ room }) => ({ reference: `Location/${room}` })),
} satisfies HealthcareService

function buildPractitioner({ id, given, family }: DemoPractitioner): Practitioner {
  return {
    resourceType: 'Practitioner',
    id,
    active: true,
    name: [{ use: 'official', family, given: [given], prefix: ['Dr.'] }],
  }
}

function buildRole({ id, room }: DemoPractitioner): PractitionerRole {
  return {
    resourceType: 'PractitionerRole',
    id: `role-${id}`,
    active: true,
    practitioner: { reference: `Practitioner/${id}` },
    organization: { reference: 'Organization/clinic' },
    location: [{ reference: `Location/${room}` }],
    healthcareService: [{ reference: 'HealthcareService/general-practice' }],
    availableTime: sessions.map(([availableStartTime, availableEndTime]) => ({
      daysOfWeek: ['mon', 'tue', 'wed', 'thu', 'fri'],
      availableStartTime,
      availableEndTime,
    })),
  }
}

/** The same half hours as those made here, so that slots made later continue them. */
const sessions = [
  ['09:00:00', '12:00:00'],
  ['13:00:00', '17:00:00'],
] as const

function buildSchedule({ id, room }: DemoPractitioner, today: Temporal.PlainDate): Schedule {
  const duration = (value: number, code: string) => ({ value, system: 'http://unitsofmeasure.org', code })
  return {
    resourceType: 'Schedule',
    id: `schedule-${id}`,
    extension: [
      {
        url: 'https://almanac.example/fhir/StructureDefinition/schedule-rules',
        extension: [
          { url: 'slotLength', valueDuration: duration(30, 'min') },
          { url: 'bookingWindow', valueDuration: duration(28, 'd') },
        ],
      },
    ],
    active: true,
    serviceType: service.type,
    actor: [{ reference: `Practitioner/${id}` }, { reference: `Location/${room}` }],
    planningHorizon: { start: today.toString(), end: today.add({ years: 1 }).toString() },
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

function buildSlots(practitioner: string, day: Temporal.PlainDate, timeZone: string): Slot[] {
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

function buildPatients(): Patient[] {
  return Array.from({ length: 20 }, (_, index) => ({
    resourceType: 'Patient',
    id: `patient-${index + 1}`,
    identifier: [{ system: 'https://almanac.example/mrn', value: `A-${1001 + index}` }],
    active: true,
    name: [{ use: 'official', family: families[index % 10], given: [given[(index * 3) % 10] ?? ''] }],
    // Her account's: what she is told by e-mail is at /dev/mail.
    ...(index === 0 && { telecom: [{ system: 'email', value: 'anna@patient.example' }] }),
    gender: index % 2 === 0 ? 'female' : 'male',
    birthDate: `${1945 + index * 3}-${String(1 + (index % 12)).padStart(2, '0')}-15`,
    generalPractitioner: [{ reference: `Practitioner/${practitioners[index % 2]?.id}` }],
    managingOrganization: { reference: 'Organization/clinic' },
  }))
}

/** Every ninth slot is taken, so that a search for free ones has something to leave out. */
function buildAppointments(slots: readonly Slot[], patients: readonly Patient[]): Appointment[] {
  return slots
    .filter((_, index) => index % 9 === 4)
    .map((slot, index) => {
      slot.status = 'busy'
      const [adams, novak] = practitioners
      const { id, room } = slot.id?.includes(adams.id) ? adams : novak
      const actors = [
        `Patient/${patients[index % patients.length]?.id}`,
        `Practitioner/${id}`,
        `Location/${room}`,
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
