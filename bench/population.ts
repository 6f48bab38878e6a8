import { familyOf, scatter } from './people.ts'

/**
 * A made-up population as record generators give it away: a bundle for the hospital, then one for each person, with
 * references by urn:uuid and by criteria, US Core's profiles, extensions that nobody knows, decimals and narrative.
 * The same number always makes the same text.
 */

const usCore = (name: string) => [`http://hl7.org/fhir/us/core/StructureDefinition/us-core-${name}`]
const concept = (system: string, code: string, display: string) => ({
  coding: [{ system, code, display }],
  text: display,
})
const snomed = (code: string, display: string) => concept('http://snomed.info/sct', code, display)
const loinc = (code: string, display: string) => concept('http://loinc.org', code, display)
const category = (system: string, code: string) => [
  { coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code }] },
]

const staff = 12
const npi = 'http://hl7.org/fhir/sid/us-npi'
const buildings = 'https://population.example/buildings'

/** Nine digits and the one that Luhn asks for behind the prefix of US health providers. */
function npiOf(i: number): string {
  const nine = String(100_000_000 + (scatter(i) % 900_000_000))
  let sum = 24
  for (const [at, digit] of [...nine].entries()) {
    const doubled = Number(digit) * (at % 2 === 0 ? 2 : 1)
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return `${nine}${(10 - (sum % 10)) % 10}`
}

const address = (i: number) => ({
  line: [`${1 + (scatter(i) % 999)} ${familyOf(i)} Street`],
  city: 'Amherst',
  state: 'MA',
  postalCode: `010${String(i % 90).padStart(2, '0')}`,
  country: 'US',
})
const phone = (i: number) => ({ system: 'phone', value: `555-${1000 + (scatter(i) % 9000)}`, use: 'work' })

/** Sent before anybody: what the persons' bundles refer to by criteria. */
export function hospitalBundle(): string {
  const organization = {
    resourceType: 'Organization',
    meta: { profile: usCore('organization') },
    identifier: [{ system: npi, value: npiOf(0) }],
    active: true,
    name: 'Population General Hospital',
    telecom: [phone(0)],
    address: [address(0)],
  }
  const location = {
    resourceType: 'Location',
    meta: { profile: usCore('location') },
    identifier: [{ system: buildings, value: 'main' }],
    status: 'active',
    name: 'Main building',
    address: address(0),
    position: { longitude: JSON.rawJSON('-72.5198540'), latitude: JSON.rawJSON('42.3732220') },
  }
  const practitioners = Array.from({ length: staff }, (_, i) => ({
    resourceType: 'Practitioner',
    meta: { profile: usCore('practitioner') },
    identifier: [{ system: npi, value: npiOf(i + 1) }],
    active: true,
    name: [{ family: familyOf(i), given: ['Robin'], prefix: ['Dr.'] }],
    telecom: [phone(i)],
    address: [address(i)],
  }))
  const entry = [organization, location, ...practitioners].map((resource) => ({
    resource,
    request: {
      method: 'POST',
      url: resource.resourceType,
      ifNoneExist: `identifier=${resource.identifier[0]?.system}|${resource.identifier[0]?.value}`,
    },
  }))
  return JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry })
}

/** One person's life; 1,500 entries are about three megabytes. */
export function personBundle(person: number, entries = 1_500): string {
  const life = new Life(person)
  life.begin()
  while (life.entries.length < entries) life.visit(entries - life.entries.length)
  return JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: life.entries })
}

type Made = Readonly<Record<string, unknown>> & { readonly resourceType: string }

class Life {
  readonly entries: { fullUrl: string; resource: Made; request: { method: 'POST'; url: string } }[] = []
  readonly #person: number
  #turn = 0
  #day = 0

  constructor(person: number) {
    this.#person = person
  }

  #number(below: number): number {
    return scatter(this.#person * 1_000_003 + this.#turn++) % below
  }

  /** As measured: up to nine digits, sometimes with a zero at its end. */
  #measured(low: number, high: number): unknown {
    const value = low + ((high - low) * this.#number(1_000_000)) / 1_000_000
    return JSON.rawJSON(value.toFixed(1 + this.#number(8)))
  }

  #add(resource: Made): { reference: string } {
    const hex = (part: number) => scatter(this.#person * 7_919 + part * 31 + this.entries.length).toString(16)
    const text = [0, 1, 2, 3].map((part) => hex(part).padStart(8, '0')).join('')
    const uuid = text.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')
    const fullUrl = `urn:uuid:${uuid}`
    this.entries.push({ fullUrl, resource, request: { method: 'POST', url: resource.resourceType } })
    return { reference: fullUrl }
  }

  #at(minute: number): string {
    const time = new Date(Date.UTC(1990, 0, 2 + this.#day, 9, minute))
    return `${time.toISOString().slice(0, 19)}-05:00`
  }

  readonly #hospital = { reference: `Organization?identifier=${npi}|${npiOf(0)}` }
  readonly #building = { reference: `Location?identifier=${buildings}|main` }
  #doctor = { reference: `Practitioner?identifier=${npi}|${npiOf(1)}` }
  #patient = { reference: '' }

  begin(): void {
    const i = this.#person
    const [family, given] = [familyOf(i), ['Ada', 'José', 'Zoë', 'Minh'][i % 4] ?? '']
    this.#patient = this.#add({
      resourceType: 'Patient',
      meta: { profile: usCore('patient') },
      text: {
        status: 'generated',
        div: `<div xmlns="http://www.w3.org/1999/xhtml">Generated for <b>${given} ${family}</b> &#8212; seed ${i}</div>`,
      },
      extension: [
        {
          url: 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race',
          extension: [
            {
              url: 'ombCategory',
              valueCoding: { system: 'urn:oid:2.16.840.1.113883.6.238', code: '2106-3' },
            },
            { url: 'text', valueString: 'White' },
          ],
        },
        { url: 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex', valueCode: 'F' },
        {
          url: 'https://population.example/quality-adjusted-life-years',
          valueDecimal: this.#measured(0, 90),
        },
      ],
      identifier: [
        {
          type: concept('http://terminology.hl7.org/CodeSystem/v2-0203', 'MR', 'Medical Record Number'),
          system: 'https://population.example/mrn',
          value: `person-${i}`,
        },
      ],
      name: [{ use: 'official', family, given: [given], prefix: ['Ms.'] }],
      telecom: [{ system: 'phone', value: `555-${1000 + (i % 9000)}`, use: 'home' }],
      gender: 'female',
      birthDate: `19${50 + (i % 50)}-0${1 + (i % 9)}-1${i % 10}`,
      address: [
        {
          extension: [
            {
              url: 'http://hl7.org/fhir/StructureDefinition/geolocation',
              extension: [
                { url: 'latitude', valueDecimal: this.#measured(41, 43) },
                { url: 'longitude', valueDecimal: this.#measured(-73, -71) },
              ],
            },
          ],
          ...address(i),
        },
      ],
      maritalStatus: concept('http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', 'M', 'Married'),
      multipleBirthBoolean: false,
      communication: [{ language: concept('urn:ietf:bcp:47', 'en-US', 'English') }],
    })
  }

  /** What one visit leaves behind, as far as there is room for it. */
  visit(room: number): void {
    this.#day += 1 + this.#number(60)
    this.#doctor = { reference: `Practitioner?identifier=${npi}|${npiOf(1 + this.#number(staff))}` }
    const encounter = this.#encounter()
    const condition = this.#condition(encounter)
    const makers = [
      () => this.#vitals(encounter),
      () => this.#bloodPressure(encounter),
      () => this.#panel(encounter),
      () => this.#prescription(encounter, condition),
      () => this.#procedure(encounter, condition),
      () => this.#immunization(encounter),
      () => this.#report(encounter),
      () => this.#note(encounter),
      () => this.#bill(encounter, condition),
    ]
    for (const make of makers.slice(0, Math.max(0, room - 2))) make()
  }

  #about(encounter: { reference: string }, patient: 'subject' | 'patient' = 'subject') {
    return { [patient]: this.#patient, encounter }
  }

  #encounter() {
    return this.#add({
      resourceType: 'Encounter',
      meta: { profile: usCore('encounter') },
      identifier: [
        {
          use: 'official',
          system: 'https://population.example/visits',
          value: `${this.#person}-${this.#day}`,
        },
      ],
      status: 'finished',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      type: [snomed('185349003', 'Encounter for check up (procedure)')],
      subject: { ...this.#patient, display: familyOf(this.#person) },
      participant: [
        {
          type: [
            concept(
              'http://terminology.hl7.org/CodeSystem/v3-ParticipationType',
              'PPRF',
              'primary performer',
            ),
          ],
          period: { start: this.#at(0), end: this.#at(30) },
          individual: this.#doctor,
        },
      ],
      period: { start: this.#at(0), end: this.#at(30) },
      location: [{ location: { ...this.#building, display: 'Main building' } }],
      serviceProvider: { ...this.#hospital, display: 'Population General Hospital' },
    })
  }

  #condition(encounter: { reference: string }) {
    return this.#add({
      resourceType: 'Condition',
      meta: { profile: usCore('condition-encounter-diagnosis') },
      clinicalStatus: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'resolved' }],
      },
      verificationStatus: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'confirmed' }],
      },
      category: category('condition-category', 'encounter-diagnosis'),
      code: snomed('195662009', 'Acute viral pharyngitis (disorder)'),
      ...this.#about(encounter),
      onsetDateTime: this.#at(0),
      abatementDateTime: this.#at(29),
      recordedDate: this.#at(5),
    })
  }

  #observation(encounter: { reference: string }, kind: string, code: object, value: object) {
    return this.#add({
      resourceType: 'Observation',
      meta: { profile: usCore('observation-lab') },
      status: 'final',
      category: category('observation-category', kind),
      code,
      ...this.#about(encounter),
      effectiveDateTime: this.#at(10),
      issued: `${this.#at(10).slice(0, 19)}.123-05:00`,
      performer: [this.#doctor, this.#hospital],
      ...value,
    } as Made)
  }

  #quantity(low: number, high: number, unit: string) {
    return { value: this.#measured(low, high), unit, system: 'http://unitsofmeasure.org', code: unit }
  }

  #vitals(encounter: { reference: string }) {
    const height = { valueQuantity: this.#quantity(150, 195, 'cm') }
    this.#observation(encounter, 'vital-signs', loinc('8302-2', 'Body Height'), height)
  }

  #bloodPressure(encounter: { reference: string }) {
    const component = (
      [
        ['8462-4', 'Diastolic Blood Pressure', 60, 95],
        ['8480-6', 'Systolic Blood Pressure', 100, 150],
      ] as const
    ).map(([code, display, low, high]) => ({
      code: loinc(code, display),
      valueQuantity: this.#quantity(low, high, 'mm[Hg]'),
    }))
    this.#observation(encounter, 'vital-signs', loinc('85354-9', 'Blood pressure panel'), { component })
  }

  #panel(encounter: { reference: string }) {
    this.#observation(encounter, 'laboratory', loinc('2339-0', 'Glucose [Mass/volume] in Blood'), {
      valueQuantity: this.#quantity(60, 180, 'mg/dL'),
      referenceRange: [{ low: this.#quantity(60, 70, 'mg/dL'), high: this.#quantity(140, 150, 'mg/dL') }],
      interpretation: category('v3-ObservationInterpretation', 'N'),
    })
  }

  #prescription(encounter: { reference: string }, condition: { reference: string }) {
    this.#add({
      resourceType: 'MedicationRequest',
      meta: { profile: usCore('medicationrequest') },
      status: 'stopped',
      intent: 'order',
      medicationCodeableConcept: concept(
        'http://www.nlm.nih.gov/research/umls/rxnorm',
        '834061',
        'Penicillin V Potassium 250 MG Oral Tablet',
      ),
      ...this.#about(encounter),
      authoredOn: this.#at(20),
      requester: this.#doctor,
      reasonReference: [condition],
      dosageInstruction: [
        {
          sequence: 1,
          text: 'Take twice a day with water; finish the whole course even when you feel well again.',
          timing: { repeat: { frequency: 2, period: JSON.rawJSON('1.0'), periodUnit: 'd' } },
          asNeededBoolean: false,
          doseAndRate: [
            {
              type: concept('http://terminology.hl7.org/CodeSystem/dose-rate-type', 'ordered', 'Ordered'),
              doseQuantity: { value: JSON.rawJSON('1.0') },
            },
          ],
        },
      ],
    })
  }

  #procedure(encounter: { reference: string }, condition: { reference: string }) {
    this.#add({
      resourceType: 'Procedure',
      meta: { profile: usCore('procedure') },
      status: 'completed',
      code: snomed('117015009', 'Throat culture (procedure)'),
      ...this.#about(encounter),
      performedPeriod: { start: this.#at(12), end: this.#at(15) },
      location: this.#building,
      reasonReference: [condition],
    })
  }

  #immunization(encounter: { reference: string }) {
    this.#add({
      resourceType: 'Immunization',
      meta: { profile: usCore('immunization') },
      status: 'completed',
      vaccineCode: concept(
        'http://hl7.org/fhir/sid/cvx',
        '140',
        'Influenza, seasonal, injectable, preservative free',
      ),
      ...this.#about(encounter, 'patient'),
      occurrenceDateTime: this.#at(25),
      primarySource: true,
      location: this.#building,
    })
  }

  #report(encounter: { reference: string }) {
    const results = this.entries
      .filter(({ resource }) => resource.resourceType === 'Observation')
      .slice(-3)
      .map(({ fullUrl }) => ({ reference: fullUrl }))
    this.#add({
      resourceType: 'DiagnosticReport',
      meta: { profile: usCore('diagnosticreport-lab') },
      text: {
        status: 'additional',
        div: `<div xmlns="http://www.w3.org/1999/xhtml"><h1>Basic metabolic panel</h1><table border="1"><thead><tr><th>Test</th><th>Value</th></tr></thead><tbody>${'<tr><td>Glucose</td><td>88.1 mg/dL &#177; 0.5</td></tr>'.repeat(6)}</tbody></table></div>`,
      },
      status: 'final',
      category: category('v2-0074', 'LAB'),
      code: loinc('51990-0', 'Basic metabolic panel - Blood by Automated count'),
      ...this.#about(encounter),
      effectiveDateTime: this.#at(10),
      issued: `${this.#at(11).slice(0, 19)}.987-05:00`,
      performer: [this.#hospital],
      result: results,
    })
  }

  #note(encounter: { reference: string }) {
    const text = `# ${this.#at(0)}\n\nSore throat for two days. ${'No fever, no rash, lungs clear on both sides. '.repeat(60)}`
    this.#add({
      resourceType: 'DocumentReference',
      meta: { profile: usCore('documentreference') },
      status: 'superseded',
      type: loinc('34117-2', 'History and physical note'),
      category: [
        concept(
          'http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category',
          'clinical-note',
          'Clinical Note',
        ),
      ],
      subject: this.#patient,
      date: `${this.#at(28).slice(0, 19)}.001-05:00`,
      author: [this.#doctor],
      custodian: this.#hospital,
      content: [
        {
          attachment: {
            contentType: 'text/plain; charset=utf-8',
            data: Buffer.from(text).toString('base64'),
          },
          format: {
            system: 'http://ihe.net/fhir/ValueSet/IHE.FormatCode.codesystem',
            code: 'urn:ihe:iti:xds:2017:mimeTypeSufficient',
          },
        },
      ],
      context: { encounter: [encounter], period: { start: this.#at(0), end: this.#at(30) } },
    })
  }

  #bill(encounter: { reference: string }, condition: { reference: string }) {
    const money = (low: number, high: number) => ({ value: this.#measured(low, high), currency: 'USD' })
    const item = Array.from({ length: 6 }, (_, index) => ({
      sequence: index + 1,
      diagnosisSequence: [1],
      productOrService: snomed('185349003', 'Encounter for check up (procedure)'),
      servicedPeriod: { start: this.#at(0), end: this.#at(30) },
      locationCodeableConcept: concept(
        'http://terminology.hl7.org/CodeSystem/ex-serviceplace',
        '21',
        'Inpatient Hospital',
      ),
      net: money(50, 300),
      adjudication: [
        {
          category: concept(
            'https://population.example/adjudication',
            'coinsurance',
            'Line Beneficiary Coinsurance Amount',
          ),
          amount: money(1, 40),
        },
      ],
      encounter: [encounter],
    }))
    this.#add({
      resourceType: 'ExplanationOfBenefit',
      status: 'active',
      type: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/claim-type', code: 'professional' }],
      },
      use: 'claim',
      patient: this.#patient,
      billablePeriod: { start: this.#at(30), end: this.#at(31) },
      created: this.#at(31),
      insurer: { display: 'Humana' },
      provider: this.#doctor,
      facility: this.#building,
      outcome: 'complete',
      careTeam: [{ sequence: 1, provider: this.#doctor, role: category('claimcareteamrole', 'primary')[0] }],
      diagnosis: [{ sequence: 1, diagnosisReference: condition }],
      insurance: [{ focal: true, coverage: { display: 'Humana' } }],
      item,
      total: [{ category: category('adjudication', 'submitted')[0], amount: money(100, 900) }],
      payment: { amount: money(100, 900) },
      extension: [
        { url: 'https://population.example/paid-by', valueString: 'a fund that nobody here knows' },
      ],
    })
  }
}
