import { expect, test } from 'vitest'
import type { Resource } from '#fhir/resource.ts'
import { kindOf, patientsOf } from '#scheduling/messages/message-kind.ts'
import { languageOfPatient, mailboxOfPatient } from '#scheduling/messages/patient-mailbox.ts'
import { writeLetter } from '#scheduling/messages/write-letter.ts'

const now = Date.parse('2031-03-03T08:00:00Z')
const visit = (more: object = {}): Resource =>
  ({
    ...{ resourceType: 'Appointment', status: 'booked', start: '2031-03-05T09:00:00Z' },
    participant: [
      { actor: { reference: 'Patient/ada' }, status: 'accepted' },
      { actor: { reference: 'Patient/ben' }, status: 'declined' },
      { actor: { reference: 'Practitioner/anna' }, status: 'accepted' },
    ],
    ...more,
  }) as unknown as Resource
const held = {
  status: 'pending',
  extension: [
    {
      url: 'https://almanac.example/fhir/StructureDefinition/hold-expires',
      valueInstant: '2031-03-03T09:00:00Z',
    },
  ],
}
const past = { start: '2031-03-01T09:00:00Z' }
const withBert = {
  participant: [...(visit().participant as object[]), { actor: { reference: 'Practitioner/bert' } }],
}

test.each([
  ['moved', {}, { start: '2031-03-06T09:00:00Z' }],
  ['cancelled', {}, { status: 'cancelled' }],
  ['cancelled', { status: 'pending' }, { status: 'cancelled' }],
  ['changed', {}, withBert],
  ['offered', { status: 'waitlist' }, held],
  [undefined, {}, { comment: 'x' }],
  [undefined, { start: '2031-03-05T10:00:00+01:00' }, { start: '2031-03-05T09:00:00Z' }],
  [undefined, held, { status: 'booked' }],
  [undefined, held, { status: 'cancelled' }],
  [undefined, { status: 'waitlist' }, { status: 'booked' }],
  [undefined, { status: 'proposed' }, { status: 'cancelled' }],
  [undefined, {}, { status: 'arrived' }],
  [undefined, past, { ...past, status: 'cancelled' }],
  [undefined, {}, past],
] as const)('%s is what a patient is told when %j becomes %j', (kind, before, after) => {
  expect(kindOf(visit(before), visit(after), now)).toBe(kind)
})

test('who declined does not come, and is not told', () => expect(patientsOf(visit())).toEqual(['ada']))

test.each([
  ['b@x.example', { telecom: [email('a@x.example', { rank: 2 }), email('b@x.example', { rank: 1 })] }],
  [undefined, { telecom: [email('a@x.example', { use: 'old' })] }],
  [undefined, { telecom: [email('a@x.example', { period: { end: '2031-03-02' } })] }],
  ['a@x.example', { telecom: [email('a@x.example', { period: { end: '2031-03-03' } })] }],
  [undefined, { telecom: [email('a@x.example\nBcc: eve@evil.example')] }],
  [undefined, { telecom: [email('a@x.example, eve@evil.example')] }],
  [undefined, { telecom: [email('a@x.example')], deceasedDateTime: '2031-01-01' }],
  [undefined, { telecom: [email('a@x.example')], active: false }],
  [undefined, { telecom: [{ system: 'phone', value: 'a@x.example' }] }],
])('letters go to %s where the record says %j', (mailbox, patient) => {
  expect(
    mailboxOfPatient({ resourceType: 'Patient', ...patient } as unknown as Resource, new Date(now)),
  ).toBe(mailbox)
})

function email(value: string, more: object = {}): object {
  return { system: 'email', value, ...more }
}

test('a letter tells times on the clinic’s clock, in the patient’s language where there is one', () => {
  const patient = { communication: [{ language: { coding: [{ code: 'de-AT' }] }, preferred: true }] }
  const told = {
    ...({ kind: 'moved', clinic: 'Clinic {was}', timeZone: 'Europe/Berlin', deadline: undefined } as const),
    ...{ was: new Date('2031-03-05T09:00:00Z'), start: new Date('2031-06-05T09:00:00Z') },
  }
  const german = writeLetter({
    ...told,
    language: languageOfPatient({ resourceType: 'Patient', ...patient } as never),
  })
  expect(german.subject).toBe('Ihr Termin wurde verlegt')
  expect(german.text).toMatch(
    /Mittwoch, 5\. März 2031.*10:00 MEZ wurde verlegt.*Donnerstag, 5\. Juni 2031.*11:00 MESZ/,
  )
  expect(german.text).toContain('Clinic {was}')
  for (const language of [undefined, 'fr', 'constructor'])
    expect(writeLetter({ ...told, language }).subject).toBe('Your appointment has been moved')
})
