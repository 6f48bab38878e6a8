/** https://hl7.org/fhir/R4/xml.html: everything is in FHIR's namespace but the narrative. */
export const fhirNamespace = 'http://hl7.org/fhir'
export const xhtmlNamespace = 'http://www.w3.org/1999/xhtml'
/** Declarations, which saxes lists among the attributes. */
export const xmlnsNamespace = 'http://www.w3.org/2000/xmlns/'
/** Hints for schema tools: in HL7's own examples, and no part of the resource. */
export const schemaInstanceNamespace = 'http://www.w3.org/2001/XMLSchema-instance'
