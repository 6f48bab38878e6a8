import type { Policy } from '#access/policy/policy.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import { extensionOf, policyExtension } from './own-records.ts'

/** The JSON of the policy that a Basic holds; whether it is a right one, others check. */
export function readPolicyText(resource: Resource): unknown {
  const text = extensionOf(resource, policyExtension)?.valueString
  if (typeof text !== 'string') {
    throw new Refusal(
      'required',
      `The policy is missing: an extension ${policyExtension} with a valueString.`,
      {
        expression: 'Basic.extension',
      },
    )
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Refusal('unprocessable', 'The policy is no JSON.', {
      expression: `Basic.extension('${policyExtension}').value`,
      cause,
    })
  }
}

/** Stored ones were checked when they came. */
export function readPolicy(resource: Resource): Policy {
  return readPolicyText(resource) as Policy
}
