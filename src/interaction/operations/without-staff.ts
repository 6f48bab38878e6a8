import type { Resource } from '#fhir/resource.ts'

interface Agent {
  readonly who?: { readonly reference?: string }
  readonly [member: string]: unknown
}

const staff = /^(?:Practitioner|PractitionerRole)\//

/** An event as a patient sees it whose clinic does not name its staff: that it was somebody of the staff, and their part. */
export function withoutStaff(event: Resource): Resource {
  const agents = (event.agent ?? []) as readonly Agent[]
  return {
    ...event,
    agent: agents.map((agent) => {
      if (!staff.test(agent.who?.reference ?? '')) return agent
      const { name: _, altId: __, policy: ___, network: ____, ...rest } = agent
      return { ...rest, who: { display: 'A member of the staff' } }
    }),
  }
}
