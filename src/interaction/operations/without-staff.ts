import type { Resource } from '#fhir/resource.ts'

interface Agent {
  readonly requestor?: boolean
  readonly type?: { readonly coding?: readonly { readonly system?: string }[] }
  readonly who?: { readonly reference?: string }
  readonly [member: string]: unknown
}

const participation = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType'

/** Whoever of the people in an event is no patient or relative; some of the staff are known by their account alone. */
function isStaff({ type, who }: Agent): boolean {
  const person = type?.coding?.some(({ system }) => system === participation) === true
  return person && !/^(?:Patient|RelatedPerson)\//.test(who?.reference ?? '')
}

/** An event as a patient sees it whose clinic does not name its staff: that it was somebody of the staff, and their part. */
export function withoutStaff(event: Resource): Resource {
  return {
    ...event,
    agent: agentsOf(event).map((agent) => {
      if (!isStaff(agent)) return agent
      const { name: _, altId: __, policy: ___, network: ____, ...rest } = agent
      return { ...rest, who: { display: 'A member of the staff' } }
    }),
  }
}

/** What others searched for may name other patients, and their reasons are the clinic's: a patient sees their own. */
export function withoutOthersWords(event: Resource, caller: string): Resource {
  if (agentsOf(event).some(({ requestor, who }) => requestor === true && who?.reference === caller))
    return event
  const entities = (event.entity ?? []) as readonly { readonly query?: string; readonly detail?: unknown }[]
  return { ...event, entity: entities.map(({ query: _, detail: __, ...rest }) => rest) }
}

function agentsOf({ agent }: Resource): readonly Agent[] {
  return (agent ?? []) as readonly Agent[]
}
