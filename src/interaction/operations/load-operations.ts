import type { Operation } from '../operation.ts'
import type { RoadParts } from '../walk.ts'
import { createMetaAdd, createMetaDelete } from './change-meta.ts'
import { createDisclosures } from './disclosures.ts'
import { createEverything } from './everything.ts'
import { createExpand } from './expand.ts'
import { createLookup } from './lookup.ts'
import { createMeta } from './meta.ts'
import { createSubsumes } from './subsumes.ts'
import { createTimeline } from './timeline.ts'
import { createValidate } from './validate.ts'
import { createValidateCode } from './validate-code.ts'
import { createValidateSystemCode } from './validate-system-code.ts'

/** The operations of FHIR itself; other rooms bring theirs beside them. */
export function loadOperations(
  parts: Pick<RoadParts, 'database' | 'definitions' | 'settings' | 'pages' | 'clock' | 'validator'>,
): readonly Operation[] {
  return [
    createMeta(parts),
    createMetaAdd(parts),
    createMetaDelete(parts),
    createEverything(parts),
    createDisclosures(parts),
    createTimeline(parts),
    createExpand(parts),
    createValidateCode(parts),
    createLookup(),
    createValidateSystemCode(),
    createSubsumes(),
    createValidate(parts),
  ]
}
