import pg from 'pg'
import { expect, vi } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.ts'
import {
  type Answer,
  type Calendar,
  clinician,
  comingMonday,
  generalPractice,
  house,
  openCalendar,
  parameters,
} from '../clinic.ts'

export const monday = comingMonday()

/** A clinic with one doctor, whose six half hours of a Monday are all taken by `early`, and people who wait. */
export interface WaitingClinic extends AsyncDisposable {
  readonly server: TestServer
  readonly clinic: Calendar
  /** By their beginning. */
  readonly slots: readonly SlotTime[]
  /** Of whoever has the slots at first. */
  readonly booked: readonly string[]
  wait(patient: string, more?: object, token?: string): Promise<string>
  answer(appointment: string, patient: string, status: string, more?: object): Promise<Answer>
  cancel(appointment: string): Promise<void>
  read(appointment: string): Promise<Answer['body']>
  /** Waits until the list has been looked through and this one has come so far. */
  becomes(appointment: string, status: string): Promise<Answer['body']>
  /** Moves the database's clock on, by which offers end. */
  pass(minutes: number): Promise<void>
  as(patient: string): Promise<string>
  /** As the database's owner. */
  sql<Row extends object>(text: string): Promise<readonly Row[]>
}

export interface SlotTime {
  readonly id: string
  readonly start: string
  readonly end: string
}

const patients = ['early', 'ada', 'ben', 'cleo', 'dan', 'eve']

/** `days`: Monday alone, or more. */
export async function openWaitingClinic(days = 1, settings: object = {}): Promise<WaitingClinic> {
  const server = await startTestServer({ timeZone: 'Europe/Berlin', ...settings })
  const clinic = await openCalendar(server)
  await clinic.put(
    ...house,
    ...clinician('anna'),
    ...patients.map((id) => ({ resourceType: 'Patient', id, active: true })),
  )
  const last = monday.add({ days: days - 1 }).toString()
  await clinic.send('POST', 'Schedule/$generate-slots', parameters({ start: monday.toString(), end: last }))
  const found = await clinic.send('GET', 'Slot?schedule=Schedule/anna&_sort=start')
  const slots: SlotTime[] = found.body.entry.map(({ resource }: { resource: SlotTime }) => resource)
  const owner = new pg.Client({ connectionString: server.databaseUrl })
  await owner.connect()
  const booked: string[] = []
  let passed = 0
  for (const slot of slots) booked.push((await book(clinic, slot, 'early')).body.id)
  const read = async (id: string) => (await clinic.send('GET', `Appointment/${id}`)).body
  const as = (patient: string) =>
    server.token({ scope: 'patient/*.cruds', patient, fhirUser: `Patient/${patient}` })
  return {
    server,
    clinic,
    slots,
    booked,
    read,
    as,
    async wait(patient, more = {}, token = clinic.token) {
      const { status, body } = await clinic.send('POST', 'Appointment', entry(patient, more), token)
      expect([status, body.status ?? body]).toEqual([201, 'waitlist'])
      return body.id
    },
    async answer(appointment, patient, status, more = {}) {
      return clinic.send(
        'POST',
        'AppointmentResponse',
        response(appointment, patient, status, more),
        await as(patient),
      )
    },
    async cancel(appointment) {
      expect((await clinic.send('POST', `Appointment/${appointment}/$cancel`)).status).toBe(200)
    },
    becomes: (id, status) =>
      vi.waitFor(
        async () => {
          const appointment = await read(id)
          expect(appointment.status).toBe(status)
          return appointment
        },
        { timeout: 30_000, interval: 100 },
      ),
    pass(minutes) {
      passed += minutes
      return passTime(owner, passed)
    },
    sql: async (text) => (await owner.query(text)).rows,
    async [Symbol.asyncDispose]() {
      await owner.end()
      await server.close()
    },
  }
}

export function entry(patient: string, more: object = {}): object {
  return {
    resourceType: 'Appointment',
    status: 'waitlist',
    serviceType: [generalPractice],
    minutesDuration: 30,
    requestedPeriod: [{ start: monday.toString(), end: monday.toString() }],
    participant: [{ actor: { reference: `Patient/${patient}` }, status: 'accepted' }],
    ...more,
  }
}

export function response(appointment: string, actor: string, status: string, more: object = {}): object {
  return {
    resourceType: 'AppointmentResponse',
    appointment: { reference: `Appointment/${appointment}` },
    actor: { reference: actor.includes('/') ? actor : `Patient/${actor}` },
    participantStatus: status,
    ...more,
  }
}

export function book(clinic: Calendar, { id, start, end }: SlotTime, patient: string): Promise<Answer> {
  return clinic.send('POST', 'Appointment', {
    resourceType: 'Appointment',
    status: 'booked',
    serviceType: [generalPractice],
    ...{ start, end, slot: [{ reference: `Slot/${id}` }] },
    participant: [{ actor: { reference: `Patient/${patient}` }, status: 'accepted' }],
  })
}

async function passTime(owner: pg.Client, minutes: number): Promise<void> {
  await owner.query(
    `create or replace function almanac_now() returns timestamptz language sql volatile as
       'select clock_timestamp() + interval ''${minutes} minutes'''`,
  )
}
