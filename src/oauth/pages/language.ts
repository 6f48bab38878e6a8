import de from './texts/de.json' with { type: 'json' }
import recordsDe from './texts/de-records.json' with { type: 'json' }
import en from './texts/en.json' with { type: 'json' }
import recordsEn from './texts/en-records.json' with { type: 'json' }

/** Another language is two more files and a line in each of these tables. */
export const languages = { en: 'English', de: 'Deutsch' } as const
const texts: Readonly<Record<Language, Readonly<Record<TextKey, string>>>> = { en, de }
const records: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: recordsEn,
  de: recordsDe,
}

export type Language = keyof typeof languages
export type TextKey = keyof typeof en

/** A text of the page's language, its {names} filled in. */
export type Say = (key: TextKey, values?: Readonly<Record<string, string | number>>) => string

export function sayIn(language: Language): Say {
  const known = texts[language]
  return (key, values = {}) =>
    known[key].replaceAll(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole))
}

/** What a resource type is to somebody who has never heard of FHIR. */
export function nameRecord(language: Language, type: string): string {
  return records[language][type] ?? type
}

export function isLanguage(name: string | undefined | null): name is Language {
  return name !== undefined && name !== null && Object.hasOwn(languages, name)
}

/** The first of the browser's languages that there is; English for everybody else. */
export function chooseLanguage(accepted: string | undefined): Language {
  const wishes = (accepted ?? '').split(',', 20).map((range) => {
    const [name = '', ...parameters] = range.trim().toLowerCase().split(';')
    const quality = parameters.map((one) => /^\s*q=([\d.]+)$/.exec(one)?.[1]).find(Boolean)
    return { name: name.split('-')[0] ?? '', quality: Number(quality ?? 1) }
  })
  wishes.sort((a, b) => b.quality - a.quality)
  return wishes.map(({ name }) => name).find(isLanguage) ?? 'en'
}

export function formatDate(language: Language, date: Date): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(date)
}

/** With the name of the zone: readers may be elsewhere. */
export function formatMoment({ language, timeZone }: Clock, date: Date): string {
  return new Intl.DateTimeFormat(language, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZone,
    timeZoneName: 'short',
  }).format(date)
}

export interface Clock {
  readonly language: Language
  readonly timeZone: string
}
