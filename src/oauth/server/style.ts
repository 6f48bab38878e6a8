import { digest } from './digest.ts'

/** https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#styling: a changed style has a new address. */
const style = JSON.stringify({
  color_background: '#ffffff',
  color_error: '#b3261e',
  color_highlight: '#0b6e69',
  color_modal_backdrop: '',
  color_success: '#2e7d32',
  color_text: '#1c2b2a',
  dim_border_radius: '6px',
  dim_font_size: '16px',
  dim_spacing_size: '16px',
  font_family_body: 'system-ui, sans-serif',
  font_family_heading: 'system-ui, sans-serif',
})

export const stylePath = `/oauth/style/${digest(style).slice(0, 12)}.json`

export function styleText(path: string): string | undefined {
  return path === stylePath ? style : undefined
}
