const names = {
  type: 'array',
  minItems: 1,
  maxItems: 200,
  items: { type: 'string', pattern: '^[A-Za-z]{1,64}$' },
}
const text = { type: 'string', minLength: 1, maxLength: 1_000 }

/** What a policy may hold: JSON Schema, draft 7. Whether its types and criteria are FHIR's, check-policy.ts tells. */
export const policySchema = {
  type: 'object',
  required: ['role', 'title', 'rules'],
  additionalProperties: false,
  properties: {
    role: { type: 'string', pattern: '^[a-z][a-z-]{0,62}$' },
    title: text,
    description: text,
    choosesIds: { type: 'boolean' },
    rules: {
      type: 'array',
      maxItems: 200,
      items: {
        type: 'object',
        required: ['name', 'allows', 'types'],
        additionalProperties: false,
        properties: {
          name: text,
          allows: { type: 'string', minLength: 1, pattern: '^[cruds]+$' },
          types: {
            type: 'array',
            minItems: 1,
            maxItems: 200,
            items: { type: 'string', pattern: '^(\\*|[A-Za-z]{1,64})$' },
          },
          except: names,
          within: { enum: ['Patient', 'Practitioner'] },
          where: text,
          before: text,
          after: text,
          changes: names,
          about: { const: 'self' },
        },
      },
    },
    hides: { type: 'object', maxProperties: 200, additionalProperties: names },
    hidesOthers: { type: 'object', maxProperties: 200, additionalProperties: names },
    breakGlass: {
      type: 'object',
      required: ['minutes'],
      additionalProperties: false,
      properties: { minutes: { type: 'integer', minimum: 1, maximum: 1_440 } },
    },
  },
} as const
